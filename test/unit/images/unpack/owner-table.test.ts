// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { appendOwners, readOwners } from '../../../../images/unpack/owner-table.ts'
import { scratchRoot } from './scratch-root.ts'

const NO_DEVICE = { major: 0, minor: 0 }
const record = { type: 'symlink', uid: 9, gid: 10, mode: 0o777, device: NO_DEVICE } as const
const char = { ...record, type: 'char', device: { major: 1, minor: 35 } } as const
const inode = (ino: bigint) => ({ ino, birthtimeNs: 1_700_000_000_000_000_001n })

function setUp(t: TestContext) {
  const scratch = scratchRoot()
  t.after(scratch.dispose)
  return { path: `${scratch.base}/owners` }
}

describe('the table of owners', () => {
  it('is empty when it is not there, and made for us alone', (t) => {
    const { path } = setUp(t)
    assert.equal(readOwners([path]).find(inode(1n)), undefined)
    appendOwners(path).add(inode(1n), record)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readOwners([path]).find(inode(1n)), record)
  })

  it('knows a file by number and birth time, and takes its last entry', (t) => {
    const { path } = setUp(t)
    const sink = appendOwners(path)
    sink.add(inode(2n ** 63n), record)
    sink.add(inode(2n ** 63n), { ...record, uid: 11 })
    const table = readOwners([path])
    assert.equal(table.find(inode(2n ** 63n))?.uid, 11)
    assert.equal(table.find({ ...inode(2n ** 63n), birthtimeNs: 5n }), undefined)
  })

  it('loses no other entry with one that was cut off, wherever that was', (t) => {
    const { path } = setUp(t)
    appendOwners(path).add(inode(1n), record)
    const whole = statSync(path).size
    appendOwners(path).add(inode(2n), char)
    const both = readFileSync(path)
    for (let length = whole; length < both.length; length++) {
      writeFileSync(path, both.subarray(0, length))
      appendOwners(path).add(inode(3n), record)
      const table = readOwners([path])
      const found = [1n, 2n, 3n].map((ino) => table.find(inode(ino))?.uid)
      assert.deepEqual(found, [9, undefined, 9])
    }
  })

  it('is read together with others', (t) => {
    const { path } = setUp(t)
    appendOwners(path).add(inode(1n), record)
    appendOwners(`${path}-2`).add(inode(2n), record)
    const table = readOwners([path, `${path}-2`, `${path}-3`])
    assert.deepEqual(table.find(inode(1n)), record)
    assert.deepEqual(table.find(inode(2n)), record)
  })
})
