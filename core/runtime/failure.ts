// SPDX-License-Identifier: Apache-2.0
import { HelperFailed } from '../../native-shim/container-monitor.ts'
import { ShimError } from '../../native-shim/shim-error.ts'
import { hookFailed, statusWords } from '../hooks/failed.ts'
import { type ErrorCode, TsbuildError } from '../lib/errors.ts'
import { namespaceFailures } from './failure-namespaces.ts'
import { RLIMIT } from './kernel.ts'
import { outerOptions, printOuter } from './outer-engine.ts'
import { volumeFailures } from './volume-failures.ts'

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
  const known = table.find(
    ({ where, code }) => where.includes(error.where) && (code === undefined || code === error.code),
  )
  const { message, hint, as } = known ?? {
    message: `set up the container: ${error.where}`,
    hint: 'see each step with TSBUILD_TRACE=shim',
    as: 'RUNTIME_FAILED' as const,
  }
  return new TsbuildError(as, `cannot ${message}`, { cause: error, hint })
}

export interface FailureRow {
  readonly where: readonly string[]
  readonly code?: string
  readonly as: ErrorCode
  readonly message: string
  readonly hint: string
}

const table: readonly FailureRow[] = [
  {
    where: ['map-ids'],
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'write the id maps of the container',
    hint: 'compare /proc/self/uid_map and gid_map with what "tsbuild info" says',
  },
  {
    where: ['unshare', 'clone'],
    code: 'ENOSPC',
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'make the namespaces of the container: too many of them exist',
    hint: 'end other containers, or raise the limits in /proc/sys/user/max_*_namespaces',
  },
  ...namespaceFailures,
  {
    where: ['rootfs-mount'],
    as: 'RUNTIME_FAILED',
    message: 'mount the root file system',
    hint: 'a store on another file system may help: --root DIRECTORY',
  },
  {
    where: ['unshare', 'clone'],
    code: 'EPERM',
    as: 'NAMESPACE_UNAVAILABLE',
    message: 'make the namespaces of the container: they are refused',
    hint: `inside a container: start that with ${printOuter([outerOptions.seccomp])}`,
  },
  ...['EACCES', 'EPERM', 'ENOSYS'].map((code) => ({
    where: ['propagation', 'rootfs-bind', 'mount', 'bind', 'pivot', 'readonly', 'mask'],
    code,
    as: 'RUNTIME_FAILED' as const,
    message: 'mount what the container needs',
    hint: `inside a container: start that with ${printOuter([
      code === 'EACCES' ? outerOptions.apparmor : outerOptions.seccomp,
    ])}`,
  })),
  {
    where: ['bounding', 'capabilities'],
    code: 'EPERM',
    as: 'RUNTIME_FAILED',
    message: 'give the program its capabilities',
    hint: 'inside a container: start that with --cap-add for each, or run with --cap-drop',
  },
  {
    where: ['bind-device'],
    as: 'RUNTIME_FAILED',
    message: 'give the container its devices',
    hint: 'the host lacks one in /dev: make it, or start the outer container with it',
  },
  {
    where: ['mknod'],
    code: 'EEXIST',
    as: 'RUNTIME_FAILED',
    message: 'give the container a device: something else has its path',
    hint: 'choose another path in the container: --device HOST-PATH:PATH',
  },
  {
    where: ['capabilities', 'ambient'],
    as: 'RUNTIME_FAILED',
    message: 'give the container its capabilities',
    hint: 'tsbuild lacks one itself: drop it with --cap-drop, or give it to the outer container',
  },
  {
    where: ['apparmor'],
    as: 'RUNTIME_FAILED',
    message: 'apply the AppArmor profile',
    hint: 'load it first (apparmor_parser); where tsbuild is confined, its profile must allow it',
  },
  {
    where: ['workdir'],
    as: 'RUNTIME_FAILED',
    message: 'make the working directory of the container',
    hint: 'something on the way to it is no directory: choose another with --workingdir',
  },
  {
    where: ['seccomp-agent'],
    as: 'RUNTIME_FAILED',
    message: 'hand the seccomp listener to its agent',
    hint: 'start the agent, so that it listens at the listenerPath of the seccomp profile',
  },
  {
    where: ['seccomp-notify'],
    code: 'EBUSY',
    as: 'RUNTIME_FAILED',
    message: 'load a seccomp filter with a listener: a filter around this one has one',
    hint: 'start the outer container without a seccomp agent, or this one with another profile',
  },
  ...volumeFailures,
  {
    where: ['init', 'guard'],
    as: 'RUNTIME_FAILED',
    message: 'set up the container: its first process or the guard of it was killed',
    hint: 'run it again; if it happens again, look for the killer in the kernel log (dmesg)',
  },
  {
    where: ['command'],
    as: 'RUNTIME_FAILED',
    message: 'start a command of the OCI runtime',
    hint: 'it must be a program of this machine, and the kernel give us a /proc of our own',
  },
  {
    where: ['console-socket'],
    code: 'ENAMETOOLONG',
    as: 'RUNTIME_FAILED',
    message: 'make a socket for the terminal: its path is too long',
    hint: 'give a shorter directory: --runroot DIRECTORY',
  },
  {
    where: ['console-socket'],
    as: 'RUNTIME_FAILED',
    message: 'get a terminal from the OCI runtime',
    hint: 'run without --tty, or leave out --runtime for our own engine',
  },
  {
    where: ['adopt'],
    as: 'RUNTIME_FAILED',
    message: 'take over the process that the OCI runtime made: it is gone, or not below us',
    hint: 'leave out --runtime for our own engine',
  },
  {
    where: ['after'],
    as: 'RUNTIME_FAILED',
    message: 'keep what is to run after the container: it is more than 64 programs or 4 MiB',
    hint: 'use fewer poststop hooks or networks',
  },
  {
    where: ['monitor'],
    as: 'RUNTIME_FAILED',
    message: 'run the container to its end: its monitor or guard was killed',
    hint: 'run it again; if it happens again, look for the killer in the kernel log (dmesg)',
  },
]

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
