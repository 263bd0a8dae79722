// SPDX-License-Identifier: Apache-2.0
/** What a real overlay makes of the directories, and what is seen of their files through it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, it } from 'node:test'
import { appendOwners } from '../../../../images/unpack/owner-table.ts'
import { unpackArchive } from '../../../../images/unpack/unpack-archive.ts'
import { mayMount } from '../../core/store/test-context.ts'
import { makeTar } from '../tar/make-tar.ts'
import { listTree } from '../unpack/list-tree.ts'
import { chunksOf } from '../unpack/scratch-root.ts'
import { changes, comparable, overlayStack } from './overlay-stack.ts'
import { entriesOf, pack } from './pack-tree.ts'

const skip = mayMount ? false : 'requires root, of a user namespace at least'

describe('packLayer, of what an overlay wrote', { skip }, () => {
  it('shows the tree that the mount shows', async (t) => {
    const { base, trees, change } = overlayStack(t)
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
    const { trees, change } = overlayStack(t)
    for (const action of changes) await change(action)
    const layer = pack(trees.slice(1), { hasParent: true })
    const names = (await entriesOf(layer)).map(({ path }) => path)
    const want = ['gone/', 'replaced/', 'to-directory/'].map((name) => `${name}.wh..wh..opq`)
    assert.deepEqual(names.filter((name) => name.includes('.wh.')).sort(), ['.wh.large', ...want])
  })

  it('has the owners of links and special files that were made through it', async (t) => {
    const { base, rules, trees, change } = overlayStack(t)
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
