// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { abisOf, callsOf } from '../../../../../core/spec/seccomp/abi.ts'

const abis = [...abisOf('x64'), ...abisOf('arm64')]

/** Numbers that the manual pages, or years of use, have made well known. */
const wellKnown: Record<string, Record<string, number>> = {
  SCMP_ARCH_X86_64: { read: 0, execve: 59, openat: 257, uretprobe: 335, clone3: 435 },
  SCMP_ARCH_X86: { exit: 1, socketcall: 102, ipc: 117, socket: 359, clone3: 435 },
  SCMP_ARCH_X32: { read: 0, rt_sigaction: 512, pwritev2: 547, clone3: 435 },
  SCMP_ARCH_AARCH64: { io_setup: 0, openat: 56, execve: 221, clone3: 435 },
  SCMP_ARCH_ARM: { exit: 1, sync_file_range2: 341, cacheflush: 0xf0002, clone3: 435 },
}

describe('callsOf', () => {
  for (const abi of abis) {
    const calls = callsOf(abi)

    it(`knows ${abi.architecture}`, () => {
      const numbers = new Map(calls.map(({ name, number }) => [name, number]))
      for (const [name, number] of Object.entries(wellKnown[abi.architecture] ?? {})) {
        assert.equal(numbers.get(name), number, name)
      }
      assert.ok(calls.length > 300)
    })

    it(`gives ${abi.architecture} in ascending order, each name once`, () => {
      calls.forEach(({ number }, at) => {
        assert.ok(number >= (calls[at - 1]?.number ?? 0))
      })
      assert.equal(new Set(calls.map(({ name }) => name)).size, calls.length)
    })
  }

  it('agrees on everything since Linux 5.1, when numbers became common to all', () => {
    const [reference, ...others] = abis.map((abi) => {
      return callsOf(abi).filter(({ number }) => number >= 424 && number < 512)
    })
    const shared = (calls: typeof reference) => calls?.filter(({ name }) => name !== 'memfd_secret')
    for (const other of others) assert.deepEqual(shared(other), shared(reference))
  })
})

describe('abisOf', () => {
  it('counts the operations of multiplexers from 1', () => {
    const operations = abis.flatMap((abi) => [...abi.multiplexers])
    const found = operations.map(([call, names]) => [
      call,
      names.indexOf('socket'),
      names.indexOf('sendmmsg'),
      names.indexOf('semtimedop'),
      names.indexOf('msgsnd'),
      names.indexOf('shmctl'),
    ])
    assert.deepEqual(found, [
      ['socketcall', 1, 20, -1, -1, -1],
      ['ipc', -1, -1, 4, 11, 24],
    ])
  })
})
