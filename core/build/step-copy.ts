// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../images/digest.ts'
import { syscalls } from '../../native-shim/syscalls.ts'
import { copySelection } from '../copy/copy.ts'
import { digestSelection } from '../copy/digest.ts'
import { excludeMatcher } from '../copy/exclude.ts'
import { parseModeChange } from '../copy/mode-change.ts'
import type { CopyOrigin } from '../copy/origin.ts'
import { accountFiles, resolveOwner } from '../copy/owner.ts'
import { selectSources } from '../copy/select.ts'
import type { Selection } from '../copy/selection.ts'
import type { StatIndex } from '../copy/stat-index.ts'
import { withStatIndex } from '../copy/stat-index-file.ts'
import { warnOfLosses } from '../losses.ts'
import { stepInputs } from '../plan/step-key.ts'
import type { CopyStep } from '../plan/types.ts'
import { withStack } from '../snapshot/above.ts'
import { withRootfs } from '../snapshot/mount.ts'
import { attributeRules, ownersOf } from '../snapshot/rules.ts'
import type { Change } from './change.ts'
import { type StageFiles, snapshotsOf } from './files.ts'
import { withInlineFiles } from './inline-files.ts'
import { knownContent } from './known-content.ts'
import type { StageSession, StepOutcome, StepResult } from './perform-step.ts'
import type { BuildSession, StageResults } from './session.ts'
import { fromImage } from './stage-start.ts'

export interface CopyWork {
  readonly files: StageFiles
  readonly step: CopyStep
  readonly results: StageResults
}

/** Sources with one origin, and patterns of theirs. */
interface Sources {
  readonly origin: CopyOrigin
  readonly patterns: readonly string[]
  readonly index: StatIndex | undefined
}

/** Copies the files of a COPY or ADD instruction. */
export async function executeCopy(session: StageSession, work: CopyWork): Promise<StepOutcome> {
  const { step, results } = work
  switch (step.from.kind) {
    case 'context':
      return fromContext(session, work)
    case 'stage':
      return fromTree(session, work, results.get(step.from.index)?.files)
    case 'image':
      return fromTree(session, work, (await fromImage(session, step.from.name)).files)
  }
}

function fromContext(session: StageSession, work: CopyWork): Promise<StepOutcome> {
  const { root, ignore } = session.source
  const origin = {
    kind: 'context',
    root,
    ignore: ignore?.matcher,
    ignoreFile: ignore?.path,
  } as const
  return withInlineFiles(session.context, work.step.files, (inline) =>
    withStatIndex(session.context, (index) => {
      const patterns = work.step.sources
      const own = patterns.length > 0 ? [{ origin, patterns, index }] : []
      return withSelections(session, work.step, [...own, ...inline], (selected) =>
        perform(session, work, selected),
      )
    }),
  )
}

/** What lies there is digested once; after that only who has to copy it mounts it. */
async function fromTree(
  session: StageSession,
  work: CopyWork,
  tree: StageFiles | undefined,
): Promise<StepOutcome> {
  if (tree === undefined) throw new TypeError('a stage is built after those it needs')
  const { step } = work
  const known = knownContent(session, tree.key, step)
  const select = <Result>(action: (selected: Selected) => Promise<Result>) =>
    withTree(session, { tree, step }, (sources) => withSelections(session, step, [sources], action))
  if (known.digest === undefined) {
    return select((selected) => {
      for (const digest of selected.content) known.remember(digest)
      return perform(session, work, selected)
    })
  }
  const inputs = stepInputs(step, { content: [known.digest], ...session.runOptions })
  return session.perform(work.files, inputs, (change) =>
    select(({ selections }) => copyInto(session, step, { change, selections })),
  )
}

function withTree<Result>(
  { context }: BuildSession,
  { tree, step }: { readonly tree: StageFiles; readonly step: CopyStep },
  action: (sources: Sources) => Promise<Result>,
): Promise<Result> {
  const name = `--from=${step.instruction.from ?? ''}`
  const below = snapshotsOf(tree)
  const owners = ownersOf(context, below)
  const patterns = step.sources
  return withStack(context, { name, driver: tree.driver, below }, (rootFd) =>
    action({ origin: { kind: 'tree', rootFd, owners, name }, patterns, index: undefined }),
  )
}

/** Sources that were found, and the digest of each. */
interface Selected {
  readonly selections: readonly Selection[]
  readonly content: readonly Digest[]
}

async function withSelections<Result>(
  { context }: BuildSession,
  { exclude, parents }: CopyStep,
  all: readonly Sources[],
  action: (selected: Selected) => Promise<Result>,
): Promise<Result> {
  const options = {
    sys: syscalls(),
    storeRoot: context.paths.root,
    exclude: excludeMatcher(exclude),
    parents,
  }
  const selections: Selection[] = []
  const content: Digest[] = []
  try {
    for (const { origin, patterns, index } of all) {
      const selection = selectSources(origin, patterns, options)
      selections.push(selection)
      content.push(digestSelection(selection, { chown: undefined, chmod: undefined, index }))
    }
    return await action({ selections, content })
  } finally {
    for (const selection of selections) selection.close()
  }
}

function perform(
  session: StageSession,
  { files, step }: CopyWork,
  { selections, content }: Selected,
): Promise<StepOutcome> {
  const inputs = stepInputs(step, { content, ...session.runOptions })
  return session.perform(files, inputs, (change) => copyInto(session, step, { change, selections }))
}

async function copyInto(
  { context }: BuildSession,
  step: CopyStep,
  { change, selections }: { readonly change: Change; readonly selections: readonly Selection[] },
): Promise<StepResult> {
  const rules = attributeRules(context, 'foreign', change.key)
  let result: StepResult = 'changed'
  await withRootfs(context, change.mounted, async (rootFd) => {
    const root = { rootFd, sys: rules.sys }
    const target = {
      rootFd,
      rules,
      workingDir: step.workingDir,
      destination: step.destination,
      chown:
        step.chown === undefined ? undefined : resolveOwner(step.chown, () => accountFiles(root)),
      chmod: step.chmod === undefined ? undefined : parseModeChange(step.chmod),
      unpackArchives: step.verb === 'ADD',
    }
    for (const selection of selections) {
      const { changed } = await copySelection(selection, target)
      if (changed === undefined) continue
      context.warn(`${changed} was changed while it was copied: this step is not cached`)
      result = 'changed once'
    }
  })
  warnOfLosses(context, rules.losses)
  return result
}
