// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import type { Environment } from '../../lib/config.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { findProgram } from '../../lib/exec.ts'

export interface Places {
  readonly env: Environment
  /** By the names of runtimes. */
  readonly places: Readonly<Record<string, readonly string[]>>
}

/** Where runtimes are installed that users have not in their PATH. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The absolute path of an OCI runtime.
 *
 * @param program a path, or a name: looked for where containers.conf says, then in PATH, then where
 *   systems keep such programs
 * @throws TsbuildError RUNTIME_FAILED when there is none
 */
export function findRuntime(program: string, { env, places }: Places): string {
  const found = program.includes('/')
    ? fromHere(program)
    : (places[program]?.find((path) => existsSync(path)) ??
      findProgram(program, `${env['PATH'] ?? ''}:${SYSTEM_PATH}`))
  if (found !== undefined) return found
  const message = `cannot find the OCI runtime ${JSON.stringify(program)}`
  throw new TsbuildError('RUNTIME_FAILED', message, {
    hint: 'install it, give its path, or leave out --runtime (and TSBUILD_RUNTIME)',
  })
}

const fromHere = (path: string) => (path.startsWith('/') ? path : `${cwd()}/${path}`)
