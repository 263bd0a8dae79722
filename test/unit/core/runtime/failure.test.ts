// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { describeError, TsbuildError } from '../../../../core/lib/errors.ts'
import { runFailure } from '../../../../core/runtime/failure.ts'
import { HelperFailed } from '../../../../native-shim/container-monitor.ts'
import { ELIBBAD, ShimError } from '../../../../native-shim/shim-error.ts'

const { errno } = constants
const shim = (where: string, number: number) =>
  new ShimError({ where, index: 3, errno: number, detail: '/x' })
const hook = (number: number, detail: string) =>
  new ShimError({ where: 'hook', index: 3, errno: number, detail })
const helper = (output: string) =>
  new HelperFailed({ name: 'helper-failed', helper: 'slirp4netns', status: 1, output })

interface Case {
  readonly error: unknown
  readonly program?: string
  readonly code: string
  readonly exitCode: number
  readonly hint: RegExp
  /** In all that a person reads. */
  readonly words?: RegExp
}

const cases: readonly Case[] = [
  {
    error: shim('seccomp-agent', errno.ECONNREFUSED),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /start the agent/,
  },
  {
    error: shim('seccomp-notify', errno.EBUSY),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /without a seccomp agent/,
  },
  {
    error: shim('join', errno.EPERM),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /tsbuild unshare/,
  },
  {
    error: shim('join', errno.ENOENT),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /as long as the process is/,
  },
  {
    error: shim('join', errno.EINVAL),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /ns\/TYPE/,
  },
  {
    error: shim('rootfs-mapped', errno.EINVAL),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /Linux 5.19/,
  },
  {
    error: shim('exec', errno.ENOENT),
    code: 'COMMAND_NOT_FOUND',
    exitCode: 127,
    hint: /in no directory of the PATH/,
  },
  {
    error: shim('exec', errno.ENOENT),
    program: '/bin/x',
    code: 'COMMAND_NOT_FOUND',
    exitCode: 127,
    hint: /inside the container/,
  },
  {
    error: shim('exec', errno.EISDIR),
    code: 'COMMAND_NOT_EXECUTABLE',
    exitCode: 126,
    hint: /name a program in it/,
  },
  {
    error: shim('exec', errno.EACCES),
    code: 'COMMAND_NOT_EXECUTABLE',
    exitCode: 126,
    hint: /chmod \+x/,
  },
  {
    error: shim('exec', errno.ENOEXEC),
    code: 'COMMAND_NOT_EXECUTABLE',
    exitCode: 126,
    hint: /another machine/,
  },
  {
    error: shim('exec', ELIBBAD),
    code: 'COMMAND_NOT_FOUND',
    exitCode: 127,
    hint: /ELF header/,
  },
  {
    error: shim('exec', errno.EIO),
    code: 'COMMAND_NOT_EXECUTABLE',
    exitCode: 126,
    hint: /TSBUILD_TRACE=shim/,
  },
  {
    error: shim('exec', errno.EBADF),
    code: 'COMMAND_NOT_EXECUTABLE',
    exitCode: 126,
    hint: /nofile=4/,
  },
  {
    error: shim('map-ids', errno.EPERM),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /tsbuild info/,
  },
  {
    error: shim('unshare', errno.ENOSPC),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /max_\*_namespaces/,
  },
  {
    error: shim('clone', errno.ENOSPC),
    code: 'NAMESPACE_UNAVAILABLE',
    exitCode: 125,
    hint: /max_\*_namespaces/,
  },
  {
    error: shim('rootfs-mount', errno.EINVAL),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /--root DIRECTORY/,
  },
  {
    error: shim('bind-device', errno.ENOENT),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /in \/dev/,
  },
  { error: shim('rlimit', errno.EPERM), code: 'RUNTIME_FAILED', exitCode: 125, hint: /ulimit -H/ },
  { error: shim('mknod', errno.EEXIST), code: 'RUNTIME_FAILED', exitCode: 125, hint: /--device/ },
  {
    error: shim('capabilities', errno.EPERM),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /--cap-drop/,
  },
  {
    error: shim('apparmor', errno.ENOENT),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /apparmor_parser/,
  },
  {
    error: shim('workdir', errno.ENOTDIR),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /--workingdir/,
  },
  { error: shim('init', errno.ESRCH), code: 'RUNTIME_FAILED', exitCode: 125, hint: /dmesg/ },
  { error: shim('guard', errno.ESRCH), code: 'RUNTIME_FAILED', exitCode: 125, hint: /dmesg/ },
  {
    error: hook(errno.ECHILD, '3\nprestart hook /h\nno\nway\n'),
    code: 'HOOK_FAILED',
    exitCode: 125,
    hint: /leave its directory out of --hooks-dir/,
    words: /the prestart hook \/h failed\n.*caused by: exit code 3: no\nway\n/,
  },
  {
    error: hook(errno.ETIMEDOUT, 'prestart hook /h'),
    code: 'HOOK_FAILED',
    exitCode: 125,
    hint: /leave its directory out of --hooks-dir/,
    words: /the prestart hook \/h failed\n.*caused by: it took too long and was killed\n/,
  },
  {
    error: hook(errno.ENOENT, 'prestart hook /h'),
    code: 'HOOK_FAILED',
    exitCode: 125,
    hint: /leave its directory out of --hooks-dir/,
    words: /the prestart hook \/h failed\n.*caused by: hook: prestart hook \/h: ENOENT\n/,
  },
  {
    error: shim('after', errno.ENOSPC),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /fewer poststop hooks/,
  },
  {
    error: shim('monitor', errno.ECONNRESET),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /dmesg/,
  },
  {
    error: shim('keyring', errno.EDQUOT),
    code: 'RUNTIME_FAILED',
    exitCode: 125,
    hint: /TSBUILD_TRACE=shim/,
  },
  {
    error: helper('open("/dev/net/tun"): No such device'),
    code: 'NETWORK_FAILED',
    exitCode: 125,
    hint: /modprobe tun/,
  },
  { error: helper('usage'), code: 'NETWORK_FAILED', exitCode: 125, hint: /--network none/ },
]

describe('runFailure', () => {
  for (const { error, program = 'prog', code, exitCode, hint, words = /./ } of cases) {
    it(`${String(error)} of ${program} is ${code}`, () => {
      const got = runFailure(error, program)
      assert.ok(got instanceof TsbuildError)
      assert.deepEqual([got.code, got.exitCode], [code, exitCode])
      assert.match(got.hint ?? '', hint)
      assert.match(describeError(got), words)
    })
  }
  const noises = [
    'Failed to send 47 bytes to syslog\nreason\n',
    'reason\nFailed to send 9 bytes to syslog\nUsage: pasta [OPTION]...\n  -d, --debug\n',
  ]
  for (const output of noises)
    it(`tells of ${JSON.stringify(output)} only the reason`, () => {
      const got = runFailure(helper(output), 'prog')
      assert.ok(got instanceof TsbuildError)
      assert.equal(got.cause, 'slirp4netns: exit code 1: reason')
    })

  it('leaves everything else as it is', () => {
    const bug = new TypeError('x')
    assert.equal(runFailure(bug, 'prog'), bug)
  })
})
