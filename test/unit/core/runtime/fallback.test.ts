// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { fallbackOf, lossesText } from '../../../../core/runtime/fallback.ts'
import type { Op } from '../../../../native-shim/ops.ts'
import { ShimError } from '../../../../native-shim/shim-error.ts'

const failure = (op: Op, errno: number) =>
  new ShimError({ where: op[0], index: 0, errno, detail: '' })

const { EPERM, EINVAL, ENOSYS } = constants.errno

const cases: readonly {
  name: string
  op: Op
  errno: number
  /** Null: nothing is done instead. */
  want: readonly string[] | null | undefined
}[] = [
  {
    name: 'a device that may not be made is bound',
    op: ['mknod', '/dev/null', 0o020000, 0o666, 1, 3, 0, 0],
    errno: EPERM,
    want: ['bind-device', '/dev/null', '/dev/null', '8192', '1', '3'],
  },
  {
    name: 'a new procfs that is refused is the outer one',
    op: ['mount', '/proc', 'proc', 'proc', 14, ''],
    errno: EPERM,
    want: ['bind', '/proc', '/proc', '1', '0', '0', '0', '524288'],
  },
  {
    name: 'a new sysfs that is refused is the outer one, read-only',
    op: ['mount', '/sys', 'sysfs', 'sysfs', 15, ''],
    errno: EPERM,
    want: ['bind', '/sys', '/sys', '1', '0', '0', '1', '524288'],
  },
  { name: 'a hostname that may not be set stays', op: ['hostname', 'h'], errno: EPERM, want: null },
  {
    name: 'ping groups that cannot be set stay',
    op: ['sysctl', '/proc/sys/net/ipv4/ping_group_range', '0 0'],
    errno: constants.errno.EROFS,
    want: null,
  },
  {
    name: 'another setting does not',
    op: ['sysctl', '/proc/sys/net/core/somaxconn', '1'],
    errno: constants.errno.EROFS,
    want: undefined,
  },
  {
    name: 'a host without queues shows none',
    op: ['bind', '/dev/mqueue', '/dev/mqueue', 1, 0, 0, 0, 0],
    errno: constants.errno.ENOENT,
    want: null,
  },
  { name: 'so does a domain name', op: ['domainname', 'd'], errno: ENOSYS, want: null },
  {
    name: 'another reason is no reason',
    op: ['mount', '/proc', 'proc', 'proc', 14, ''],
    errno: EINVAL,
    want: undefined,
  },
  {
    name: 'isolation has no second way',
    op: ['mask', '/proc/kcore'],
    errno: EPERM,
    want: undefined,
  },
  {
    name: 'nor has the filter',
    op: ['seccomp', 0, Buffer.alloc(8)],
    errno: EPERM,
    want: undefined,
  },
]

describe('fallbackOf', () => {
  for (const { name, op, errno, want } of cases) {
    it(name, () => {
      const got = fallbackOf(op, failure(op, errno))
      const ops = got?.ops.map((one) => one.map(String))
      assert.deepEqual(ops, want === undefined ? undefined : want === null ? [] : [want])
    })
  }

  const lossOf = (op: Op) => fallbackOf(op, failure(op, EPERM))?.loss
  const proc = lossOf(['mount', '/proc', 'proc', 'proc', 14, ''])
  const hostname = lossOf(['hostname', 'h'])

  it('says what is lost, and nothing where the program sees no difference', () => {
    assert.match(proc?.what ?? '', /numbers/)
    assert.match(hostname?.what ?? '', /hostname/)
    assert.equal(lossOf(['mount', '/sys', 'sysfs', 'sysfs', 15, '']), undefined)
    assert.equal(lossOf(['mknod', '/dev/null', 0o020000, 0o666, 1, 3, 0, 0]), undefined)
  })
  it('says once how to get all of it back, as podman and docker spell it', () => {
    const losses = [proc, hostname].filter((loss) => loss !== undefined)
    const text = lossesText(losses)
    assert.match(text, /--security-opt unmask=ALL --security-opt seccomp=unconfined \(docker: /)
    assert.match(text, /\(docker: --security-opt systempaths=unconfined --security-opt seccomp/)
    assert.match(lossesText(losses.slice(1)), /start it with --security-opt seccomp=\S+ to/)
  })
})
