// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { INODE_RECORD_XATTR } from '../../../../images/unpack/inode-record.ts'
import { makeTar, metaEntry, tarEntry } from '../tar/make-tar.ts'
import { listTree } from '../unpack/list-tree.ts'
import { makeTree } from '../unpack/make-tree.ts'
import { sys } from '../unpack/scratch-root.ts'
import { list, scratchLayers } from './layers.ts'

/** How GNU tar is to write the archive; with attributes where the format has them. */
const formats: readonly (readonly [name: string, ...options: string[]])[] = [
  // Which have no room for a long name, a large id and a time before 1970; v7 for no device.
  [
    'v7',
    '--format=v7',
    '--exclude=nn*',
    '--exclude=large',
    '--exclude=fifo',
    '--exclude=[n-]*',
    '--exclude=disk',
  ],
  ['ustar', '--format=ustar', '--exclude=nn*', '--exclude=large', '--exclude=fifo'],
  ['gnu', '--format=gnu'],
  ['gnu, sparse', '--format=gnu', '--sparse'],
  ['pax', '--format=pax', '--xattrs', '--xattrs-include=*'],
  ['pax, sparse 0.0', '--format=pax', '--sparse', '--sparse-version=0.0'],
  ['pax, sparse 0.1', '--format=pax', '--sparse', '--sparse-version=0.1'],
  ['pax, sparse 1.0', '--format=pax', '--sparse', '--sparse-version=1.0'],
]

const mode = (root: string, name: string) => lstatSync(join(root, name)).mode & 0o7777

describe('applyLayer', () => {
  for (const [name, ...options] of formats) {
    it(`makes the same of ${name} as GNU tar`, async (t) => {
      const scratch = scratchLayers()
      t.after(scratch.dispose)
      const [source, theirs] = [join(scratch.base, 'source'), join(scratch.base, 'theirs')]
      mkdirSync(source)
      mkdirSync(theirs)
      makeTree(source)
      const archive = join(scratch.base, 'archive.tar')
      execFileSync('tar', ['-C', source, ...options, '-cf', archive, '.'])
      execFileSync('tar', ['-C', theirs, '-xpf', archive, '--xattrs', '--xattrs-include=*'])
      const ours = await scratch.overlay(readFileSync(archive))
      assert.deepEqual(listTree(ours), listTree(theirs))
      assert.deepEqual(scratch.rules.losses, { owners: 0, xattrs: 0, sockets: 0 })
    })
  }

  it('does not fill holes', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    const source = join(scratch.base, 'source')
    mkdirSync(source)
    makeTree(source)
    const archive = execFileSync('tar', ['-C', source, '-Sc', 'sparse'], { maxBuffer: 1e8 })
    const stats = statSync(join(await scratch.overlay(archive), 'sparse'))
    assert.equal(stats.size, 8_000_000)
    assert.ok(stats.blocks * 512 < 1_000_000, `${stats.blocks} blocks`)
  })

  it('reads long names and targets of GNU, of ustar and of star', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    const directory = 'd'.repeat(120)
    const prefix = (at: number) => (block: Buffer) => {
      block.write(directory, 345, 'latin1')
      block.write(at === 508 ? 'tar\0' : '', at, 'latin1')
    }
    const root = await scratch.overlay(
      Buffer.concat([
        tarEntry({ name: 'ustar', change: prefix(500), body: '1' }),
        tarEntry({ name: 'star', change: prefix(508), body: '2' }),
        metaEntry('L', Buffer.from(`${directory}/gnu\0`)),
        metaEntry('K', Buffer.from(`${'../'.repeat(50)}x\0`)),
        makeTar({ name: 'short', type: '2', link: 'short' }),
      ]),
    )
    const target = `${'../'.repeat(50)}x`
    const want = [`${directory}/ 755`, `${directory}/gnu l ${target}`]
    assert.deepEqual(list(root), [...want, `${directory}/star: 2`, `${directory}/ustar: 1`])
  })

  it('leaves the prefix of a GNU header alone, where other things are', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    const change = (block: Buffer) => {
      block.write('ustar  \0', 257, 'latin1')
      block.write('14570000000', 345, 'latin1')
    }
    assert.deepEqual(list(await scratch.overlay(makeTar({ name: 'x', change }))), ['x: '])
  })

  it('gives a directory that it makes by itself what it has below', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    const xattr = 'user.of-directory'
    const pax = { [`SCHILY.xattr.${xattr}`]: 'kept', mtime: '123.000000456' }
    const lower = await scratch.overlay(
      makeTar(
        { name: './', type: '5', mode: 0o711, mtime: 99 },
        { name: 'd', type: '5', mode: 0o2750, uid: 0, gid: 0, pax },
      ),
    )
    const upper = await scratch.overlay(makeTar({ name: 'd/x', mtime: 1 }, { name: 'new/x' }))
    const [above, below] = [upper, lower].map((root) => listTree(root).filter(isDirectoryLine))
    const zero = (line: string) => line.startsWith('./new ') && line.includes(' 0:0 0 ')
    assert.deepEqual(
      above?.filter((line) => !zero(line)),
      below,
    )
    assert.equal(above?.length, 3)
  })

  it('keeps records of the layers below for what it makes by itself', async (t) => {
    const scratch = scratchLayers({ holdsIds: (uid, gid) => uid === 0 && gid === 0 })
    t.after(scratch.dispose)
    const directory = { name: 'd', type: '5', uid: 7, mode: 0o755 }
    await scratch.overlay(makeTar(directory, { name: 'd/file', uid: 8, mode: 0o600, body: 'x' }))
    const link = { name: 'd/link', type: '1', link: 'd/file' }
    const upper = await scratch.overlay(makeTar(link))
    const record = (name: string) => sys.lgetxattr(join(upper, name), INODE_RECORD_XATTR).toString()
    assert.equal(record('d'), '7:0:0755:directory')
    assert.equal(record('d/link'), '8:0:0600:file')
    const [one, other] = ['d/file', 'd/link'].map((name) => lstatSync(join(upper, name)).ino)
    assert.equal(one, other)
  })

  it('gives no file the access list that its directory hands down', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    // Version 2; user, user 0, group, mask, other: all may read and write.
    const entries = ['0100', '0200', '0400', '1000', '2000']
    const id = (tag: string) => (tag === '0200' ? '00000000' : 'ffffffff')
    const acl = Buffer.from(
      `02000000${entries.map((tag) => `${tag}0600${id(tag)}`).join('')}`,
      'hex',
    )
    const name = 'system.posix_acl_default'
    const pax = { [`SCHILY.xattr.${name}`]: acl }
    const root = await scratch.overlay(
      makeTar(
        { name: 'd', type: '5', pax },
        { name: 'd/x', mode: 0o640 },
        { name: 'd/e', type: '5' },
      ),
    )
    assert.deepEqual(sys.llistxattr(join(root, 'd')), [name])
    assert.deepEqual(sys.llistxattr(join(root, 'd/x')), [])
    assert.deepEqual(sys.llistxattr(join(root, 'd/e')), [])
  })

  it('waits for the layers below only when it is read', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    let arrive: (fds: readonly number[]) => void = () => {}
    const lower = new Promise<readonly number[]>((resolve) => {
      arrive = resolve
    })
    let done = false
    const applied = scratch.overlay(makeTar({ name: 'd/x', body: 'x' }), { lower }).then((root) => {
      done = true
      return root
    })
    await new Promise(setImmediate)
    assert.ok(!done)
    arrive([])
    assert.deepEqual(list(await applied), ['d/ 755', 'd/x: x'])
  })

  it('makes parents 0755 whatever the umask', async (t) => {
    const scratch = scratchLayers()
    const umask = process.umask(0o077)
    t.after(() => process.umask(umask))
    t.after(scratch.dispose)
    const root = await scratch.overlay(makeTar({ name: 'a/b/c', mode: 0o666 }))
    assert.deepEqual(
      ['a', 'a/b', 'a/b/c'].map((name) => mode(root, name)),
      [0o755, 0o755, 0o666],
    )
  })
})

const isDirectoryLine = (line: string) => / (?:4|04)0?[0-7]{4} /.test(line)
