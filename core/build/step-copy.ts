// SPDX-License-Identifier: Apache-2.0
import { syscalls } from '../../native-shim/syscalls.ts'
import { copySelection } from '../copy/copy.ts'
import { digestSelection } from '../copy/digest.ts'
import type { CopyOrigin } from '../copy/origin.ts'
import { accountFiles, parseMode, resolveOwner } from '../copy/owner.ts'
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
  const { context } = session
  const patterns = step.sources
  const copy = (sources: Sources) => copyWith(session, work, sources)
  switch (step.from.kind) {
    case 'context':
      return withStatIndex(context, (index) =>
        copy({ origin: contextOrigin(session), patterns, index }),
      )
    case 'stage':
      return fromTree(session, results.get(step.from.index)?.files, step, copy)
    case 'image':
      return fromTree(session, (await fromImage(session, step.from.name)).files, step, copy)
  }
}

function contextOrigin({ source: { root, ignore } }: BuildSession): CopyOrigin {
  return { kind: 'context', root, ignore: ignore?.matcher, ignoreFile: ignore?.path }
}

function fromTree(
  { context }: BuildSession,
  files: StageFiles | undefined,
  { sources: patterns, instruction }: CopyStep,
  copy: (sources: Sources) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  if (files === undefined) throw new TypeError('a stage is built after those it needs')
  const name = `--from=${instruction.from ?? ''}`
  const below = snapshotsOf(files)
  const owners = ownersOf(context, below)
  return withStack(context, { name, driver: files.driver, below }, (rootFd) =>
    copy({ origin: { kind: 'tree', rootFd, owners, name }, patterns, index: undefined }),
  )
}

/** Files that stand in the Containerfile are sources like others. */
function copyWith(
  session: StageSession,
  { files, step }: CopyWork,
  sources: Sources,
): Promise<StepOutcome> {
  return withInlineFiles(session.context, step.files, async (inline) => {
    const all = [...(sources.patterns.length > 0 ? [sources] : []), ...inline]
    const selections: Selection[] = []
    try {
      const options = { sys: syscalls(), storeRoot: session.context.paths.root }
      const content: string[] = []
      for (const { origin, patterns, index } of all) {
        const selection = selectSources(origin, patterns, options)
        selections.push(selection)
        content.push(digestSelection(selection, { chown: undefined, chmod: undefined, index }))
      }
      const inputs = stepInputs(step, { content, network: session.request.network })
      return await session.perform(files, inputs, (change) =>
        copyInto(session, step, { change, selections }),
      )
    } finally {
      for (const selection of selections) selection.close()
    }
  })
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
      chmod: step.chmod === undefined ? undefined : parseMode(step.chmod),
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
