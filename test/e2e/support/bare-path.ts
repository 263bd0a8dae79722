// SPDX-License-Identifier: Apache-2.0
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { facts } from '../../harness/facts.ts'
import { findProgram } from '../../harness/requires.ts'
import type { TestUser } from '../../harness/user.ts'

/**
 * The command as `env PATH=… tsbuild`, where PATH has nothing but what npm's script starts and
 * the programs named. Node is found in spite of that.
 */
export function commandWithPathOf(
  user: TestUser,
  ...programs: readonly string[]
): readonly string[] {
  for (const name of ['readlink', 'uname', ...programs]) {
    const program = findProgram(name)
    if (program !== undefined) symlinkSync(program, join(user.directory, name))
  }
  const node = join(facts().nodeFolder, 'node')
  return ['env', `PATH=${user.directory}`, `TSBUILD_NODE=${node}`, ...user.command]
}
