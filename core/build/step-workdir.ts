// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { makeDirectories, now } from '../copy/destination.ts'
import { accountFiles, resolveOwner } from '../copy/owner.ts'
import { toBytes } from '../lib/bytes.ts'
import { withRootfs } from '../snapshot/mount.ts'
import { attributeRules } from '../snapshot/rules.ts'
import type { Change } from './change.ts'
import type { StageFiles } from './files.ts'
import type { StageSession, StepOutcome } from './perform-step.ts'
import type { BuildSession } from './session.ts'

/** Directories that a step wants to be there. */
export interface WantedDirectories {
  /** Absolute. */
  readonly paths: readonly string[]
  /** The owner of those that are made: `name[:group]` or ids of the container; empty is root. */
  readonly owner: string
}

/** Makes directories where they are missing; where none is, the step leaves no layer. */
export function executeDirectories(
  session: StageSession,
  files: StageFiles,
  wanted: WantedDirectories,
): Promise<StepOutcome> {
  return session.perform(files, { kind: 'directories', ...wanted }, async (change) => {
    await makeIn(session, change, wanted)
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
