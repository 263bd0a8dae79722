// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { INODE_RECORD_XATTR } from '../../../../images/unpack/inode-record.ts'
import { makeTar } from '../tar/make-tar.ts'
import { listTree } from './list-tree.ts'
import { makeTree } from './make-tree.ts'
import { isHostRoot, scratchRoot, sys } from './scratch-root.ts'

/** How GNU tar is to write the archive; with attributes where the format has them. */
const formats: readonly (readonly [name: string, ...options: string[]])[] = [
  // Which has no room for a long name, a large id and a time before 1970.
  ['ustar', '--format=ustar', '--exclude=nn*', '--exclude=large', '--exclude=fifo'],
  ['gnu', '--format=gnu'],
  ['gnu, sparse', '--format=gnu', '--sparse'],
  ['pax', '--format=pax', '--xattrs', '--xattrs-include=*'],
  ['pax, sparse 0.0', '--format=pax', '--sparse', '--sparse-version=0.0'],
  ['pax, sparse 0.1', '--format=pax', '--sparse', '--sparse-version=0.1'],
  ['pax, sparse 1.0', '--format=pax', '--sparse', '--sparse-version=1.0'],
]

describe('unpackArchive', () => {
  for (const [name, ...options] of formats) {
    it(`makes the same of ${name} as GNU tar`, async (t) => {
      const scratch = scratchRoot()
      t.after(scratch.dispose)
      const [source, theirs] = [join(scratch.base, 'source'), join(scratch.base, 'theirs')]
      mkdirSync(source)
      mkdirSync(theirs)
      makeTree(source)
      const archive = join(scratch.base, 'archive.tar')
      execFileSync('tar', ['-C', source, ...options, '-cf', archive, '.'])
      execFileSync('tar', ['-C', theirs, '-xpf', archive, '--xattrs', '--xattrs-include=*'])
      await scratch.unpack(readFileSync(archive))
      assert.deepEqual(listTree(scratch.root), listTree(theirs))
      assert.deepEqual(scratch.rules.losses, { owners: 0, xattrs: 0, sockets: 0 })
    })
  }

  it('does not fill holes', async (t) => {
    const scratch = scratchRoot()
    t.after(scratch.dispose)
    const source = join(scratch.base, 'source')
    mkdirSync(source)
    makeTree(source)
    const archive = execFileSync('tar', ['-C', source, '-Sc', 'sparse'], { maxBuffer: 1e8 })
    await scratch.unpack(archive)
    const stats = statSync(join(scratch.root, 'sparse'))
    assert.equal(stats.size, 8_000_000)
    assert.ok(stats.blocks * 512 < 1_000_000, `${stats.blocks} blocks`)
  })

  it('keeps as a record what the kernel cannot hold', async (t) => {
    const scratch = scratchRoot({ holdsIds: (uid, gid) => uid === 0 && gid === 0 })
    t.after(scratch.dispose)
    const archive = makeTar(
      { name: 'file', uid: 1000, gid: 5, mode: 0o640 },
      { name: 'dir', type: '5', uid: 7, mode: 0o2755 },
      { name: 'link', type: '2', link: 'file', uid: 9 },
      { name: 'fifo', type: '6', gid: 9 },
      { name: 'ours', mode: 0o4755 },
    )
    await scratch.unpack(archive)
    const record = (name: string) =>
      sys.lgetxattr(join(scratch.root, name), INODE_RECORD_XATTR).toString()
    assert.equal(record('file'), '1000:5:0640:file')
    assert.equal(record('dir'), '7:0:2755:directory')
    assert.equal(lstatSync(join(scratch.root, 'ours')).mode & 0o7777, 0o4755)
    assert.deepEqual(sys.llistxattr(join(scratch.root, 'ours')), [])
    assert.equal(scratch.rules.losses.owners, 2)
  })

  it('lets the later owner of a directory count, also where the kernel can hold it', async (t) => {
    const scratch = scratchRoot({ holdsIds: (uid, gid) => uid === 0 && gid === 0 })
    t.after(scratch.dispose)
    await scratch.unpack(makeTar({ name: 'dir', type: '5', uid: 7, mode: 0o755 }))
    await scratch.unpack(makeTar({ name: 'dir', type: '5', mode: 0o700 }))
    const record = sys.lgetxattr(join(scratch.root, 'dir'), INODE_RECORD_XATTR)
    assert.equal(record.toString(), '0:0:0700:directory')
  })

  it('makes an empty file with a record where devices cannot be made', async (t) => {
    const refused = Object.assign(new Error('EPERM'), { code: 'EPERM' })
    const mknodat = () => {
      throw refused
    }
    // The host's root is the only one to whom the kernel does not refuse it.
    const scratch = scratchRoot(isHostRoot ? { sys: { ...sys, mknodat } } : {})
    t.after(scratch.dispose)
    await scratch.unpack(makeTar({ name: 'null', type: '3', device: [1, 3], mode: 0o666 }))
    const path = join(scratch.root, 'null')
    assert.ok(lstatSync(path).isFile())
    assert.equal(sys.lgetxattr(path, INODE_RECORD_XATTR).toString(), '0:0:0666:char:1:3')
  })

  it('makes directories that the archive leaves out, 0755 whatever the umask', async (t) => {
    const scratch = scratchRoot()
    const umask = process.umask(0o077)
    t.after(() => process.umask(umask))
    t.after(scratch.dispose)
    await scratch.unpack(makeTar({ name: 'a/b/c', mode: 0o666 }))
    const mode = (name: string) => lstatSync(join(scratch.root, name)).mode & 0o7777
    assert.deepEqual(['a', 'a/b', 'a/b/c'].map(mode), [0o755, 0o755, 0o666])
  })

  it('unpacks below a directory, and applies the first entry to that', async (t) => {
    const scratch = scratchRoot()
    t.after(scratch.dispose)
    chmodSync(scratch.root, 0o711)
    await scratch.unpack(makeTar({ name: './', type: '5', mode: 0o750 }, { name: 'x' }), 'opt/it')
    const mode = (name: string) => lstatSync(join(scratch.root, name)).mode & 0o7777
    assert.deepEqual(['.', 'opt', 'opt/it', 'opt/it/x'].map(mode), [0o711, 0o755, 0o750, 0o644])
  })

  it('sets times of directories when all is in them', async (t) => {
    const scratch = scratchRoot()
    t.after(scratch.dispose)
    const archive = makeTar({ name: 'd', type: '5', mtime: 1000 }, { name: 'd/x', mtime: 2000 })
    await scratch.unpack(archive)
    assert.equal(lstatSync(join(scratch.root, 'd')).mtimeMs, 1_000_000)
  })

  it('reads capabilities of a user namespace as those of none', async (t) => {
    const scratch = scratchRoot()
    t.after(scratch.dispose)
    const revision3 = Buffer.from('010000030020000000000000000000000000000000000000', 'hex')
    const pax = { 'SCHILY.xattr.security.capability': revision3 }
    await scratch.unpack(makeTar({ name: 'ping', pax }))
    const stored = sys.lgetxattr(join(scratch.root, 'ping'), 'security.capability')
    assert.equal(stored.toString('hex'), '0100000200200000000000000000000000000000')
  })
})
