// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { copyAttributes, copyTree } from '../../../../images/unpack/copy-tree.ts'
import { listTree } from './list-tree.ts'
import { makeTree } from './make-tree.ts'
import { scratchRoot, sys } from './scratch-root.ts'

function withSource() {
  const scratch = scratchRoot({ origin: 'own' })
  const source = join(scratch.base, 'source')
  mkdirSync(source)
  makeTree(source)
  return { scratch, source }
}

describe('copyTree', () => {
  it('copies everything exactly', (t) => {
    const { scratch, source } = withSource()
    t.after(scratch.dispose)
    copyTree({ source, name: '.', ownership: 'exact' }, scratch.target())
    copyAttributes(source, scratch.root, scratch.rules)
    assert.deepEqual(listTree(scratch.root), listTree(source))
  })

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
