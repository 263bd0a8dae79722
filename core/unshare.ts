// SPDX-License-Identifier: Apache-2.0
import { cwd } from 'node:process'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { findProgram } from './lib/exec.ts'
import { monitorOfRun } from './runtime/namespaces.ts'

/**
 * The launcher becomes the command, in the user and mount namespace in which we work: the store's
 * files can be looked at and removed there. Without a command it is the user's shell.
 *
 * @returns 0; the status is the command's
 * @throws TsbuildError COMMAND_NOT_FOUND
 */
export function unshare(context: Context, { args }: { readonly args: readonly string[] }): number {
  const { env, paths } = context
  const monitor = monitorOfRun(context)
  const argv = args.length > 0 ? args : [env['SHELL'] ?? '/bin/sh']
  const [name = ''] = argv
  const program = name.includes('/') ? fromHere(name) : findProgram(name, env['PATH'])
  if (program === undefined)
    throw new TsbuildError('COMMAND_NOT_FOUND', `cannot run ${JSON.stringify(name)}: not found`, {
      exitCode: 127,
      hint: 'name a program of the host, by its path or one in PATH',
    })
  const variables = { ...env, TSBUILD_ROOT: paths.root, TSBUILD_RUNROOT: paths.runroot }
  const list = Object.entries(variables).map(([key, value]) => `${key}=${value}`)
  monitor.exec(program, argv, list)
  return 0
}

const fromHere = (path: string) => (path.startsWith('/') ? path : `${cwd()}/${path}`)
