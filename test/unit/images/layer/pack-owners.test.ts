// SPDX-License-Identifier: Apache-2.0
/** What the kernel cannot store is a record, and comes back: the layer tells no difference. */
import assert from 'node:assert/strict'
import { lstatSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { makeTar } from '../tar/make-tar.ts'
import { isHostRoot, scratchRoot } from '../unpack/scratch-root.ts'
import { entriesOf } from './pack-tree.ts'
import { inNamespace, unpackAndPack } from './unpack-and-pack.ts'

/** cap_net_raw+ep, as setcap(8) writes it: revision 2, effective. */
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex')
const capable = { pax: { 'SCHILY.xattr.security.capability': CAPABILITY } }
const marked = { pax: { 'SCHILY.xattr.user.mark': Buffer.from([0, 0xff]) } }

/** rw- for the owner, rwx for user 1000, r-- for the others. @see linux/posix_acl_xattr.h */
const ACL = Buffer.from(
  ['02000000', '01000600ffffffff', '02000700e8030000', '04000400ffffffff']
    .concat(['10000700ffffffff', '20000400ffffffff'])
    .join(''),
  'hex',
)

/** In the order of a layer, with all the directories, which have times then. */
const archive = makeTar(
  { name: 'acl', mode: 0o674, pax: { 'SCHILY.xattr.system.posix_acl_access': ACL } },
  { name: 'block', type: '4', device: [259, 70_000], uid: 0, gid: 6, mode: 0o660 },
  { name: 'capable', uid: 1000, gid: 1000, mode: 0o755, body: 'x', ...capable },
  { name: 'char', type: '3', device: [1, 3], mode: 0o666 },
  { name: 'char-again', type: '1', link: 'char' },
  { name: 'char-of-other', type: '3', device: [136, 9], uid: 1000, gid: 5, mode: 0o620 },
  { name: 'closed/', type: '5', uid: 33, gid: 33, mode: 0o555, ...marked },
  { name: 'closed/file', uid: 33, gid: 33, mode: 0o444, body: 'in a directory for reading' },
  { name: 'closed/none/', type: '5', mode: 0 },
  { name: 'closed/none/file', mode: 0, body: 'nobody may read it' },
  { name: 'fifo', type: '6', uid: 1000, gid: 9, mode: 0o640 },
  { name: 'huge', pax: { uid: '4294967294', gid: '2147483648' } },
  { name: 'link', type: '2', link: 'target', uid: 9, gid: 10, mode: 0o777 },
  { name: 'link-again', type: '1', link: 'link' },
  { name: 'none', uid: 1000, gid: 5, mode: 0, body: 'nor this', ...marked },
  { name: 'ours', mode: 0o6755 },
  { name: 'set-gid/', type: '5', uid: 0, gid: 8, mode: 0o2755 },
  { name: 'set-id', uid: 1000, gid: 5, mode: 0o6755, ...capable },
  { name: 'set-id-again', type: '1', link: 'set-id' },
  { name: 'sticky/', type: '5', uid: 1, mode: 0o1777 },
)

interface Namespace {
  readonly name: string
  /** Lines of uid_map and gid_map; only root writes one with more than its own id. */
  readonly map: string
}

/** The same ids as outside, but fewer: the kernel refuses what it refuses in all such places. */
const namespaces: readonly Namespace[] = [
  { name: 'a single id', map: '0 0 1' },
  { name: '65536 ids', map: '0 0 65536' },
]

describe('owners that the kernel cannot hold', () => {
  for (const { name, map } of namespaces) {
    const skip = isHostRoot ? false : 'needs host root: others cannot make devices'
    it(`are in the layer: ${name} gives the same bytes`, { skip }, async (t) => {
      const { base, dispose } = scratchRoot()
      t.after(dispose)
      writeFileSync(`${base}/archive.tar`, archive)
      const losses = await inNamespace(map, `${base}/archive.tar`, `${base}/inside`)
      assert.deepEqual(losses, { owners: 0, xattrs: 0, sockets: 0 })
      assert.ok(statSync(`${base}/inside/char`).isFile(), 'a stand-in')
      assert.equal(lstatSync(`${base}/inside/huge`).uid, 0)
      await unpackAndPack(`${base}/archive.tar`, `${base}/outside`)
      assert.equal(lstatSync(`${base}/outside/huge`).uid, 2 ** 32 - 2)
      const layer = readFileSync(`${base}/inside.tar`)
      assert.ok(layer.equals(readFileSync(`${base}/outside.tar`)))
      assert.deepEqual(await packed(layer), await packed(archive))
    })
  }
})

/** Entries without what a hard link says of the file that it is another name of. */
const packed = async (bytes: Buffer) =>
  (await entriesOf(bytes)).map((entry) => {
    const { type, path, linkTarget } = entry
    return type === 'link' ? { type, path, linkTarget } : entry
  })
