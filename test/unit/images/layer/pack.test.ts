// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { listTree } from '../unpack/list-tree.ts'
import { makeTree } from '../unpack/make-tree.ts'
import { scratchRoot } from '../unpack/scratch-root.ts'
import { pack } from './pack-tree.ts'

/** A directory, and a function that makes more beside it. */
function setUp(t: TestContext) {
  const scratch = scratchRoot()
  t.after(scratch.dispose)
  const directory = (name: string) => {
    const path = `${scratch.base}/${name}`
    mkdirSync(path)
    return path
  }
  return { ...scratch, directory }
}

const tar = (...args: readonly string[]): string =>
  execFileSync('tar', [...args], { encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] })

const EVERYTHING = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner']

describe('packLayer', () => {
  it('makes what GNU tar unpacks to the same tree', (t) => {
    const { base, directory } = setUp(t)
    const [source, theirs] = [directory('source'), directory('theirs')]
    makeTree(source)
    chmodSync(source, 0o700)
    writeFileSync(`${base}/layer.tar`, pack(source))
    tar('-C', theirs, '-xpf', `${base}/layer.tar`, ...EVERYTHING)
    assert.deepEqual(listTree(theirs), listTree(source))
  })

  it('packs what GNU tar unpacked to the same bytes', (t) => {
    const { base, directory } = setUp(t)
    const [source, theirs] = [directory('source'), directory('theirs')]
    makeTree(source)
    tar('-C', source, '-cf', `${base}/theirs.tar`, '--format=pax', ...EVERYTHING, '.')
    tar('-C', theirs, '-xpf', `${base}/theirs.tar`, ...EVERYTHING)
    assert.ok(pack(theirs).equals(pack(source)))
  })

  it('makes what we unpack to the same tree', async (t) => {
    const { root, unpack, directory } = setUp(t)
    const source = directory('source')
    makeTree(source)
    chmodSync(source, 0o700)
    await unpack(pack(source))
    assert.deepEqual(listTree(root), listTree(source))
  })

  it('gives the same bytes for files made in another order, with other inodes and holes', (t) => {
    const { directory } = setUp(t)
    const names = ['b', 'a', 'a-b', 'a.b', '\xff', 'B']
    const [one, two] = [directory('one'), directory('two')]
    const make = (root: string, name: string) =>
      writeFileSync(Buffer.from(`${root}/${name}`, 'latin1'), name)
    for (const name of names) make(one, name)
    for (const name of names.toReversed()) make(two, name)
    writeFileSync(`${one}/zeros`, Buffer.alloc(3_000_000))
    writeFileSync(`${two}/zeros`, '')
    truncateSync(`${two}/zeros`, 3_000_000)
    const options = { mtime: { kind: 'all', seconds: 5 } } as const
    assert.ok(pack(one, options).equals(pack(two, options)))
  })
})
