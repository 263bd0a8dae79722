// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { type BigIntStats, Stats } from 'node:fs'
import { describe, it } from 'node:test'
import { openStatIndex } from '../../../../core/copy/stat-index.ts'

const SECOND = 1_000_000_000n

/** What lstat(2) says of a file that was changed at second 1000 unless told otherwise. */
function stats(changes: Partial<BigIntStats> = {}): BigIntStats {
  const time = 1000n * SECOND + 5n
  const base = { dev: 1n, ino: 2n, size: 3n, mtimeNs: time, ctimeNs: time }
  return Object.assign(Object.create(Stats.prototype), base, changes)
}

const digest = (byte: number) => Buffer.alloc(32, byte)
const LATER_MS = 2_000_000

describe('the stat index', () => {
  it('knows what was added, also after it was written and read', () => {
    const index = openStatIndex(undefined)
    for (let ino = 0; ino < 300; ino++) {
      index.add(stats({ ino: BigInt(ino * 7919) }), digest(ino % 251), LATER_MS)
    }
    const again = openStatIndex(index.encode())
    for (const known of [index, again]) {
      for (let ino = 0; ino < 300; ino++) {
        assert.deepEqual(known.find(stats({ ino: BigInt(ino * 7919) })), digest(ino % 251))
      }
      assert.equal(known.find(stats({ ino: 1n })), undefined)
    }
    assert.equal(again.encode(), undefined, 'nothing new')
  })

  for (const key of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const) {
    it(`does not know a file with another ${key}`, () => {
      const index = openStatIndex(undefined)
      index.add(stats(), digest(1), LATER_MS)
      const other = stats({ [key]: stats()[key] + 1n })
      assert.equal(openStatIndex(index.encode()).find(other), undefined)
      assert.equal(index.find(other), undefined)
    })
  }

  it('forgets what a file was before', () => {
    const first = openStatIndex(undefined)
    first.add(stats(), digest(1), LATER_MS)
    const second = openStatIndex(first.encode())
    second.add(stats({ ctimeNs: 1001n * SECOND + 1n }), digest(2), LATER_MS)
    const third = openStatIndex(second.encode())
    assert.equal(third.find(stats()), undefined)
    assert.deepEqual(third.find(stats({ ctimeNs: 1001n * SECOND + 1n })), digest(2))
  })

  const racy: readonly (readonly [what: string, ctimeNs: bigint, atMs: number, known: boolean])[] =
    [
      ['was changed in the same tick', 1000n * SECOND + 5n, 1_000_001, false],
      ['was changed 101 ms ago', 1000n * SECOND + 5n, 1_000_101, true],
      ['was changed after it was looked at', 1005n * SECOND + 5n, 1_000_000, false],
      ['has whole seconds and was changed 1.9 s ago', 1000n * SECOND, 1_001_900, false],
      ['has whole seconds and was changed 2.1 s ago', 1000n * SECOND, 1_002_100, true],
    ]
  for (const [what, ctimeNs, atMs, known] of racy) {
    it(`${known ? 'keeps' : 'does not keep'} a file that ${what}`, () => {
      const index = openStatIndex(undefined)
      index.add(stats({ ctimeNs }), digest(1), atMs)
      assert.equal(index.find(stats({ ctimeNs })) !== undefined, known)
    })
  }

  it('takes what is no index for an empty one', () => {
    const index = openStatIndex(undefined)
    index.add(stats(), digest(1), LATER_MS)
    const file = index.encode() ?? Buffer.alloc(0)
    for (let at = 0; at < file.length; at++) {
      const damaged = Buffer.from(file)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      assert.equal(openStatIndex(damaged).find(stats()), undefined, `byte ${at}`)
    }
    for (const length of [0, 1, 47, 48, file.length - 1]) {
      assert.equal(openStatIndex(file.subarray(0, length)).find(stats()), undefined)
    }
    assert.ok(openStatIndex(file).find(stats()) !== undefined)
  })

  it('keeps what was asked for last when it is full', () => {
    const first = openStatIndex(undefined, 4)
    for (const ino of [1n, 2n, 3n, 4n]) first.add(stats({ ino }), digest(1), LATER_MS)
    const second = openStatIndex(first.encode(), 4)
    second.find(stats({ ino: 3n }))
    for (const ino of [5n, 6n, 7n]) second.add(stats({ ino }), digest(2), LATER_MS)
    const third = openStatIndex(second.encode(), 4)
    const known = [1n, 2n, 3n, 4n, 5n, 6n, 7n].filter((ino) => third.find(stats({ ino })))
    assert.deepEqual(known, [3n, 5n, 6n, 7n])
  })
})
