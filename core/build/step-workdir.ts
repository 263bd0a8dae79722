// SPDX-License-Identifier: Apache-2.0
import { makeDirectories } from '../copy/make-directories.ts'
import { withRootfs } from '../snapshot/mount.ts'
import { attributeRules } from '../snapshot/rules.ts'
import { type StepOutcome, cachedStep } from './cached-step.ts'
import type { StageFiles } from './files.ts'
import type { BuildSession } from './session.ts'

/** Directories that a step wants to be there: the working directory, volumes. */
export interface WantedDirectories {
  /** Absolute. */
  readonly paths: readonly string[]
  /** The owner of those that are made: `name[:group]` or ids of the container; empty is root. */
  readonly owner: string
}

/** Makes directories where they are missing; where none is, the step leaves no layer. */
export function executeDirectories(
  session: BuildSession,
  files: StageFiles,
  { paths, owner }: WantedDirectories,
): Promise<StepOutcome> {
  const { context } = session
  return cachedStep(session, files, { step: 'directories', paths, owner }, async ({ mounted }) => {
    const rules = attributeRules(context, 'own')
    const made = await withRootfs(context, mounted, (rootFd) =>
      paths.map((path) => makeDirectories({ rootFd, rules }, path, owner)),
    )
    return made.includes('made') ? 'changed' : 'unchanged'
  })
}
