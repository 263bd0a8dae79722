// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { listTree } from '../unpack/list-tree.ts'
import { makeTree } from '../unpack/make-tree.ts'
import { scratchRoot } from '../unpack/scratch-root.ts'
import { chunkSizes, pack } from './pack-tree.ts'

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

  it('reads no hole, and packs zeros for it', (t) => {
    const { directory } = setUp(t)
    const [holes, data] = [directory('holes'), directory('data')]
    const content = Buffer.alloc(5_000_001)
    content.write('in the middle', 2_500_000)
    content.write('x', 5_000_000)
    writeFileSync(`${data}/file`, content)
    writeFileSync(`${data}/only-zeros`, Buffer.alloc(3_000_000))
    const fd = openSync(`${holes}/file`, 'w')
    writeSync(fd, 'in the middle', 2_500_000)
    writeSync(fd, 'x', 5_000_000)
    closeSync(fd)
    writeFileSync(`${holes}/only-zeros`, '')
    truncateSync(`${holes}/only-zeros`, 3_000_000)
    assert.ok(statSync(`${holes}/file`).blocks < 100, 'the file system keeps holes')
    const mtime = { kind: 'all', seconds: 0 } as const
    assert.ok(pack(holes, { mtime }).equals(pack(data, { mtime })))
  })

  it('gives chunks of 1 MiB, whatever the files are', (t) => {
    const { directory } = setUp(t)
    const source = directory('source')
    for (const [index, size] of [700_000, 0, 1, 2_000_000, 1_048_576, 511, 512].entries()) {
      writeFileSync(`${source}/${index}`, Buffer.alloc(size, index + 1))
    }
    const sizes = chunkSizes(source)
    assert.deepEqual(sizes.slice(0, -1), [1_048_576, 1_048_576, 1_048_576])
    assert.equal(sizes.at(-1), 616_960)
  })

  it('is an empty archive for an empty directory', (t) => {
    assert.ok(pack(setUp(t).directory('source')).equals(Buffer.alloc(1024)))
  })
})
