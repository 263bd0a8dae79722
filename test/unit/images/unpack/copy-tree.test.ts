// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { closeSync, constants, lstatSync, mkdirSync, openSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { AttributeRules } from '../../../../images/unpack/attributes.ts'
import { copyAttributes, copyTree } from '../../../../images/unpack/copy-tree.ts'
import { appendOwners, readOwners } from '../../../../images/unpack/owner-table.ts'
import { unpackArchive } from '../../../../images/unpack/unpack-archive.ts'
import { pack } from '../layer/pack-tree.ts'
import { makeTar } from '../tar/make-tar.ts'
import { listTree } from './list-tree.ts'
import { makeTree } from './make-tree.ts'
import { chunksOf, isHostRoot, scratchRoot, sys } from './scratch-root.ts'

function withSource() {
  const scratch = scratchRoot({ origin: 'own' })
  const source = join(scratch.base, 'source')
  mkdirSync(source)
  makeTree(source)
  return { scratch, source }
}

const needsRoot = isHostRoot ? false : 'needs host root: others cannot make devices'

const archive = makeTar(
  { name: 'd/', type: '5', uid: 33, gid: 33, mode: 0o2555 },
  { name: 'fifo', type: '6', uid: 7, gid: 8, mode: 0o640 },
  { name: 'file', uid: 1000, gid: 5, mode: 0o4755, body: 'x' },
  { name: 'link', type: '2', link: 'file', uid: 9, gid: 10 },
  { name: 'null', type: '3', device: [1, 3], uid: 1, mode: 0o666 },
  { name: 'null-again', type: '1', link: 'null' },
)

const withoutDevices = {
  ...sys,
  mknodat(...args: Parameters<typeof sys.mknodat>) {
    const [, , mode] = args
    if ((mode & constants.S_IFMT) === constants.S_IFIFO) return sys.mknodat(...args)
    throw Object.assign(new Error('EPERM'), { code: 'EPERM' })
  },
}

function openTarget(t: TestContext, path: string, rules: AttributeRules) {
  const rootFd = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY)
  t.after(() => closeSync(rootFd))
  return { rootFd, base: '', rules }
}

describe('copyTree', () => {
  it('copies everything exactly', (t) => {
    const { scratch, source } = withSource()
    t.after(scratch.dispose)
    copyTree({ source, name: '.', ownership: 'exact' }, scratch.target())
    copyAttributes(source, scratch.root, scratch.rules)
    assert.deepEqual(listTree(scratch.root), listTree(source))
  })

  for (const ids of ['a single id', 'all ids'] as const) {
    it(`carries along what only records tell, with ${ids}`, { skip: needsRoot }, async (t) => {
      const scratch = scratchRoot({ origin: 'own' })
      t.after(scratch.dispose)
      const [from, to] = [`${scratch.base}/from`, `${scratch.base}/to`]
      const single = { ...scratch.rules, holdsIds: (uid: number) => uid === 0 }
      const refusing = { ...single, sys: withoutDevices, owners: appendOwners(`${from}.owners`) }
      mkdirSync(from)
      await unpackArchive(chunksOf(archive, 512), openTarget(t, from, refusing))
      const writing = ids === 'a single id' ? single : scratch.rules
      const rules = { ...writing, owners: appendOwners(`${to}.owners`) }
      const owners = readOwners([`${from}.owners`])
      mkdirSync(to)
      const request = { source: from, name: '.', ownership: 'exact', owners } as const
      copyTree(request, openTarget(t, to, rules))
      assert.deepEqual(pack(to), pack(from))
      const [file, link] = ['file', 'link'].map((name) => lstatSync(`${to}/${name}`).uid)
      assert.deepEqual([file, link], ids === 'a single id' ? [0, 0] : [1000, 9])
      assert.equal(sys.llistxattr(`${to}/file`).length, ids === 'a single id' ? 1 : 0)
    })
  }

  it('gives what users add to root, without set-id bits and marks of ours', (t) => {
    const { scratch, source } = withSource()
    t.after(scratch.dispose)
    sys.lsetxattr(join(source, 'sparse'), 'user.tsbuild.inode', Buffer.from('1:2:0644:file'))
    const rules = { ...scratch.rules, origin: 'foreign' } as const
    copyTree({ source, name: 'added', ownership: 'as-root' }, { ...scratch.target('opt'), rules })
    const added = (name: string) => lstatSync(join(scratch.root, 'opt/added', name))
    assert.deepEqual([added('large').uid, added('large').gid], [0, 0])
    assert.equal(added('large').mode & 0o7777, 0o751)
    assert.equal(added('d').mode & 0o7777, 0o1777)
    assert.equal(added('d/file').ino, added('d/other-name').ino)
    assert.deepEqual(sys.llistxattr(join(scratch.root, 'opt/added/sparse')), [])
  })

  it('copies a single file under the name it is to get', (t) => {
    const { scratch, source } = withSource()
    t.after(scratch.dispose)
    const request = { source: join(source, 'large'), name: 'bin', ownership: 'as-root' } as const
    copyTree(request, scratch.target('usr'))
    assert.deepEqual(readdirSync(join(scratch.root, 'usr')), ['bin'])
    assert.equal(lstatSync(join(scratch.root, 'usr/bin')).size, 3_000_000)
  })

  it('counts the sockets that it leaves out', async (t) => {
    const { scratch, source } = withSource()
    t.after(scratch.dispose)
    const server = createServer()
    t.after(() => server.close())
    await new Promise<void>((resolve) => server.listen(join(source, 'd/socket'), resolve))
    copyTree({ source, name: '.', ownership: 'exact' }, scratch.target())
    assert.equal(scratch.rules.losses.sockets, 1)
    assert.ok(!readdirSync(join(scratch.root, 'd')).includes('socket'))
  })
})
