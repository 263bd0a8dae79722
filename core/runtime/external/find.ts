// SPDX-License-Identifier: Apache-2.0
import { cwd } from 'node:process'
import type { Environment } from '../../lib/config.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { findProgram } from '../../lib/exec.ts'

/** Where runtimes are installed that users have not in their PATH. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The absolute path of an OCI runtime.
 *
 * @param program a path, or a name that is looked for in PATH and where systems keep such programs
 * @throws TsbuildError RUNTIME_FAILED when there is none
 */
export function findRuntime(program: string, env: Environment): string {
  const found = program.includes('/')
    ? fromHere(program)
    : findProgram(program, `${env['PATH'] ?? ''}:${SYSTEM_PATH}`)
  if (found !== undefined) return found
  const message = `cannot find the OCI runtime ${JSON.stringify(program)}`
  throw new TsbuildError('RUNTIME_FAILED', message, {
    hint: 'install it, give its path, or leave out --runtime (and BUILDAH_RUNTIME)',
  })
}

const fromHere = (path: string) => (path.startsWith('/') ? path : `${cwd()}/${path}`)
