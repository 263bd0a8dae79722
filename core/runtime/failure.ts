// SPDX-License-Identifier: Apache-2.0
import { HelperFailed } from '../../native-shim/container-monitor.ts'
import { ShimError } from '../../native-shim/shim-error.ts'
import { hookFailed, statusWords } from '../hooks/failed.ts'
import { TsbuildError } from '../lib/errors.ts'
import { failureTable } from './failure-table.ts'
import { RLIMIT } from './kernel.ts'
import { outerOptions, printOuter } from './outer-engine.ts'

/**
 * The user's words for a fact of the native side.
 *
 * @param program what was to run, as the user wrote it
 * @returns anything else unchanged: it has its words, or is a bug
 */
export function runFailure(error: unknown, program: string): unknown {
  if (error instanceof HelperFailed) return networkFailure(error)
  if (!(error instanceof ShimError)) return error
  if (error.where === 'hook') return hookFailure(error)
  if (error.where === 'exec') return execFailure(error, program)
  if (error.where === 'rlimit') return limitFailure(error)
  const known = failureTable.find(
    ({ where, code }) => where.includes(error.where) && (code === undefined || code === error.code),
  )
  const { message, hint, as } = known ?? {
    message: `set up the container: ${error.where}`,
    hint: 'see each step with TSBUILD_TRACE=shim',
    as: 'RUNTIME_FAILED' as const,
  }
  return new TsbuildError(as, `cannot ${message}`, { cause: error, hint })
}

/** op_hook.c: the detail is the hook's name, after a failure that of its own with more around. */
function hookFailure(error: ShimError): TsbuildError {
  const [status, name, ...words] = error.detail.split('\n')
  if (error.code === 'ECHILD' && name !== undefined)
    return hookFailed(name, statusWords(Number(status), words.join('\n')))
  const late = error.code === 'ETIMEDOUT'
  return hookFailed(error.detail, late ? 'it took too long and was killed' : error)
}

/** The detail is the number of the limit. */
function limitFailure(error: ShimError): TsbuildError {
  const [type = 'RLIMIT'] = Object.entries(RLIMIT).find(([, n]) => `${n}` === error.detail) ?? []
  const name = type.slice('RLIMIT_'.length).toLowerCase()
  return new TsbuildError('RUNTIME_FAILED', `cannot set the limit ${name} of the container`, {
    cause: error,
    hint: `tsbuild's own hard limit is the highest there can be: see "ulimit -H -a", ask for less`,
  })
}

function execFailure(error: ShimError, program: string): TsbuildError {
  const shown = JSON.stringify(program)
  const context = { cause: error, exitCode: 126 }
  switch (error.code) {
    case 'ENOENT':
      return new TsbuildError('COMMAND_NOT_FOUND', `cannot run ${shown}: not found`, {
        exitCode: 127,
        hint: program.includes('/')
          ? 'the path is one inside the container'
          : 'it is in no directory of the PATH in the container',
      })
    case 'EISDIR':
      return new TsbuildError('COMMAND_NOT_EXECUTABLE', `cannot run ${shown}: is a directory`, {
        ...context,
        hint: 'name a program in it',
      })
    case 'EACCES':
      return new TsbuildError('COMMAND_NOT_EXECUTABLE', `cannot run ${shown}: permission denied`, {
        ...context,
        hint:
          'give it the executable bit (chmod +x), and its directories that of search; ' +
          'the store must not be mounted "noexec"',
      })
    case 'ENOEXEC':
      return new TsbuildError('COMMAND_NOT_EXECUTABLE', `cannot run ${shown}: wrong format`, {
        ...context,
        hint: 'it is for another machine, or a script without a first line like "#!/bin/sh"',
      })
    case 'ELIBBAD':
      return new TsbuildError('COMMAND_NOT_FOUND', `cannot run ${shown}: its loader is missing`, {
        exitCode: 127,
        hint: 'what its "#!" line or its ELF header names is not in the container',
      })
    default:
      return new TsbuildError('COMMAND_NOT_EXECUTABLE', `cannot run ${shown}`, {
        ...context,
        hint:
          error.code === 'EBADF'
            ? 'too few open files are allowed: --ulimit nofile=4 is the least'
            : 'see each step with TSBUILD_TRACE=shim',
      })
  }
}

/** What pasta says where there is no syslog, and the list of its options behind a wrong one. */
const NOISE = /Failed to send \d+ bytes to syslog\n|\n(Failed[^\n]*\n)?Usage: .*/gs

function networkFailure(error: HelperFailed): TsbuildError {
  const noTun = /\/dev\/net\/tun|open tun socket/.test(error.output)
  return new TsbuildError('NETWORK_FAILED', `cannot connect the network: ${error.helper} failed`, {
    cause: error.message.replace(NOISE, ''),
    hint: noTun
      ? 'make /dev/net/tun readable and writable (modprobe tun), inside a container start that ' +
        `with ${printOuter([outerOptions.tun])}, or run with --network host`
      : 'run with --network host or --network none to go without it',
  })
}
