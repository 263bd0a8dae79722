// SPDX-License-Identifier: Apache-2.0
/** What a real overlay makes of the directories, and what is seen of their files through it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { monitorOf } from '../../../../core/store/lock-store.ts'
import { appendOwners } from '../../../../images/unpack/owner-table.ts'
import { unpackArchive } from '../../../../images/unpack/unpack-archive.ts'
import { mayMount, testContext } from '../../core/store/test-context.ts'
import { makeTar } from '../tar/make-tar.ts'
import { listTree } from '../unpack/list-tree.ts'
import { makeTree } from '../unpack/make-tree.ts'
import { chunksOf, isHostRoot, scratchRoot } from '../unpack/scratch-root.ts'
import { entriesOf, pack } from './pack-tree.ts'

const skip = mayMount ? false : 'requires root, of a user namespace at least'

/** A stack of directories that is mounted while a change is made to the uppermost. */
function setUp(t: TestContext) {
  const context = testContext()
  const scratch = scratchRoot()
  t.after(() => {
    context.dispose()
    scratch.dispose()
  })
  const { base, rules } = scratch
  mkdirSync(`${base}/merged`)
  const trees: string[] = []
  const change = async (action: (merged: string) => void | Promise<void>) => {
    const name = `${trees.length}`
    for (const path of [`${base}/${name}`, `${base}/${name}.work`]) mkdirSync(path)
    const lower = trees.length === 0 ? `${base}/merged` : trees.toReversed().join(':')
    const dirs = `lowerdir=${lower},upperdir=${base}/${name},workdir=${base}/${name}.work`
    const data = `${dirs}${isHostRoot ? '' : ',userxattr'}`
    const target = `${base}/merged`
    const mount = { cwd: base, source: 'overlay', target, type: 'overlay', flags: 0, data }
    monitorOf(context).mount(mount)
    try {
      await action(target)
    } finally {
      monitorOf(context).unmount(target)
    }
    trees.push(`${base}/${name}`)
  }
  return { base, rules, trees, change }
}

/** Changes as containers make them, one layer each. */
const changes: readonly ((root: string) => void)[] = [
  (root) => {
    makeTree(root)
    mkdirSync(`${root}/gone/deep`, { recursive: true })
    writeFileSync(`${root}/gone/deep/file`, 'x')
    mkdirSync(`${root}/replaced`)
    writeFileSync(`${root}/replaced/old`, 'old')
    symlinkSync('replaced', `${root}/to-directory`)
    mkdirSync(`${root}/to-file`)
  },
  (root) => {
    rmSync(`${root}/gone`, { recursive: true })
    rmSync(`${root}/replaced`, { recursive: true })
    mkdirSync(`${root}/replaced`)
    writeFileSync(`${root}/replaced/new`, 'new')
    rmSync(`${root}/to-directory`)
    mkdirSync(`${root}/to-directory`)
    writeFileSync(`${root}/to-directory/file`, 'x')
    rmSync(`${root}/to-file`, { recursive: true })
    writeFileSync(`${root}/to-file`, 'x')
    truncateSync(`${root}/sparse`, 2_000_000)
  },
  (root) => {
    mkdirSync(`${root}/gone`)
    writeFileSync(`${root}/gone/back`, 'x')
    rmSync(`${root}/replaced/new`)
    writeFileSync(`${root}/replaced/old`, 'old again')
    linkSync(`${root}/gone/back`, `${root}/gone/linked`)
    renameSync(`${root}/large`, `${root}/d/moved`)
    chmodSync(`${root}/d`, 0o2711)
  },
]

describe('packLayer, of what an overlay wrote', { skip }, () => {
  it('shows the tree that the mount shows', async (t) => {
    const { base, trees, change } = setUp(t)
    for (const action of changes) await change(action)
    let shown: string[] = []
    await change((merged) => {
      shown = listTree(merged)
    })
    mkdirSync(`${base}/unpacked`)
    writeFileSync(`${base}/layer.tar`, pack(trees))
    const options = ['--xattrs', '--xattrs-include=*', '--numeric-owner']
    execFileSync('tar', ['-C', `${base}/unpacked`, '-xpf', `${base}/layer.tar`, ...options])
    assert.deepEqual(comparable(listTree(`${base}/unpacked`)), comparable(shown))
  })

  it('says to readers of a layer what the layer removed', async (t) => {
    const { trees, change } = setUp(t)
    for (const action of changes) await change(action)
    const layer = pack(trees.slice(1), { hasParent: true })
    const names = (await entriesOf(layer)).map(({ path }) => path)
    const want = ['gone/', 'replaced/', 'to-directory/'].map((name) => `${name}.wh..wh..opq`)
    assert.deepEqual(names.filter((name) => name.includes('.wh.')).sort(), ['.wh.large', ...want])
  })

  it('has the owners of links and special files that were made through it', async (t) => {
    const { base, rules, trees, change } = setUp(t)
    const archive = makeTar(
      { name: 'fifo', type: '6', uid: 7, gid: 8 },
      { name: 'link', type: '2', link: 'x', uid: 9, gid: 10, mode: 0o777 },
      { name: 'link-again', type: '1', link: 'link' },
    )
    await change((root) => symlinkSync('removed', `${root}/link`))
    await change(async (root) => {
      const rootFd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
      const owners = appendOwners(`${base}/1.owners`)
      const single = { ...rules, owners, holdsIds: (uid: number) => uid === 0 }
      await unpackArchive(chunksOf(archive, 512), { rootFd, base: '', rules: single })
      closeSync(rootFd)
    })
    assert.equal(lstatSync(`${base}/1/link`).uid, 0)
    const entries = await entriesOf(pack(trees, { hasParent: true }))
    assert.deepEqual(
      entries.map(({ path, type, uid, gid }) => `${path} ${type} ${uid}:${gid}`),
      ['fifo fifo 7:8', 'link symlink 9:10', 'link-again link 9:10'],
    )
  })
})

/** Without the root, which is that of the last mount, and without the attributes of overlay. */
const comparable = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => !line.startsWith('. '))
    .map((line) => line.replace(/ (trusted|user)\.overlay\.\S+/g, ''))
