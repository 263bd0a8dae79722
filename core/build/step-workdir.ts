// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { makeDirectories, now } from '../copy/destination.ts'
import { accountFiles, resolveOwner } from '../copy/owner.ts'
import { toBytes } from '../lib/bytes.ts'
import { stepInputs } from '../plan/step-key.ts'
import type { WorkdirStep } from '../plan/types.ts'
import { withRootfs } from '../snapshot/mount.ts'
import { attributeRules } from '../snapshot/rules.ts'
import type { Change } from './change.ts'
import type { StageFiles } from './files.ts'
import type { StageSession, StepOutcome } from './perform-step.ts'
import type { BuildSession } from './session.ts'

/** Directories that a step wants to be there. */
interface WantedDirectories {
  /** Absolute. */
  readonly paths: readonly string[]
  /** The owner of those that are made: `name[:group]` or ids of the container; empty is root. */
  readonly owner: string
}

/** Makes the directory of a WORKDIR where it is missing; where it is not, there is no layer. */
export function executeWorkdir(
  session: StageSession,
  files: StageFiles,
  step: WorkdirStep,
): Promise<StepOutcome> {
  const inputs = stepInputs(step, { ...session.runOptions, content: [] })
  return session.perform(files, inputs, async (change) => {
    await makeIn(session, change, { paths: [step.path], owner: step.user })
    return readdirSync(change.fs).length === 0 ? 'unchanged' : 'changed'
  })
}

/** Makes the directories that are missing. */
export function makeIn(
  { context }: BuildSession,
  change: Change,
  { paths, owner }: WantedDirectories,
): Promise<void> {
  const rules = attributeRules(context, 'own', change.key)
  return withRootfs(context, change.mounted, (rootFd) => {
    const root = { rootFd, sys: rules.sys }
    const ids = owner === '' ? { uid: 0, gid: 0 } : resolveOwner(owner, () => accountFiles(root))
    const made = { ...root, rules, owner: ids, now: now() }
    for (const path of paths) makeDirectories(made, toBytes(path.slice(1)))
  })
}
