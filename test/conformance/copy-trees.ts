// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { makeTar } from '../unit/images/tar/make-tar.ts'
import { sys } from '../unit/images/unpack/scratch-root.ts'

/** What everything in the sources was last changed at, in seconds. */
const OLD = 1_000_000_000
const archive = makeTar(
  { name: 'in/', type: '5', mode: 0o750, mtime: OLD },
  { name: 'in/f', mode: 0o4711, uid: 7, gid: 8, mtime: OLD, body: 'packed' },
  { name: 'in/l', type: '2', link: 'f', mtime: OLD },
  { name: 'in/h', type: '1', link: 'in/f', mode: 0o4711, uid: 7, gid: 8, mtime: OLD },
)

/** Files, modes, owners, links, nodes, attributes and archives. */
export function makeSources(root: string): void {
  for (const name of ['d/sub', 'e', 'over/sub']) mkdirSync(join(root, name), { recursive: true })
  for (const name of ['a.txt', 'b.txt', 'd/c.txt', 'd/sub/d.txt', 'over/file', 'over/sub/x']) {
    writeFileSync(join(root, name), name, { mode: 0o644 })
  }
  for (const name of ['b.txt', 'd', 'd/c.txt']) chownSync(join(root, name), 1000, 1000)
  for (const [name, mode] of [
    ['a.txt', 0o4755],
    ['d', 0o700],
    ['d/sub', 0o2750],
    ['over/sub', 0o711],
  ] as const) {
    chmodSync(join(root, name), mode)
  }
  for (const [target, name] of [
    ['a.txt', 'la'],
    ['d', 'ld'],
    ['/a.txt', 'abs'],
    ['sub', 'd/lsub'],
  ] as const) {
    symlinkSync(target, join(root, name))
  }
  linkSync(join(root, 'a.txt'), join(root, 'e/hard'))
  linkSync(join(root, 'd/c.txt'), join(root, 'd/c2.txt'))
  const fd = openSync(join(root, 'e'), constants.O_RDONLY | constants.O_DIRECTORY)
  sys.mknodat(fd, 'fifo', constants.S_IFIFO | 0o644, { major: 0, minor: 0 })
  sys.mknodat(fd, 'null', constants.S_IFCHR | 0o622, { major: 1, minor: 3 })
  closeSync(fd)
  sys.lsetxattr(join(root, 'b.txt'), 'user.x', Buffer.from('1'))
  const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex')
  sys.lsetxattr(join(root, 'd/c.txt'), 'security.capability', capability)
  writeFileSync(join(root, 't.tar'), archive)
  writeFileSync(join(root, 't.tgz'), gzipSync(archive))
  writeFileSync(join(root, 'b.txt.gz'), gzipSync('no archive'))
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    lutimesSync(join(root, name), OLD, OLD)
  }
}

/** What containers begin with. */
export function makeBase(root: string): void {
  for (const name of ['etc', 'dir/sub', 'w/d', 'full/sub']) {
    mkdirSync(join(root, name), { recursive: true })
  }
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nbob:x:50:60::/:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nstaff:x:70:bob\n')
  for (const name of ['file', 'full/lsub', 'full/sub/d.txt', 'dir/file']) {
    writeFileSync(join(root, name), 'old')
  }
  mkdirSync(join(root, 'full/c.txt/x'), { recursive: true })
  symlinkSync('/dir', join(root, 'ldir'))
  symlinkSync('/nowhere/deep', join(root, 'dangling'))
  symlinkSync('../../../../dir', join(root, 'updir'))
  symlinkSync('/file', join(root, 'lfile'))
  chownSync(join(root, 'w/d'), 9, 9)
  chmodSync(join(root, 'w/d'), 0o700)
}

/** Type, mode, owner, names, time in seconds, device, target, attributes and content of each. */
export function listCopied(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  return names.sort().map((name) => `${name} ${describeFile(join(root, name))}`)
}

function describeFile(path: string): string {
  const stats = lstatSync(path)
  const seconds = Math.floor(stats.mtimeMs / 1000)
  const content = stats.isFile() ? createHash('sha256').update(readFileSync(path)) : undefined
  return [
    stats.mode.toString(8),
    `${stats.uid}:${stats.gid}`,
    stats.isDirectory() ? '' : stats.nlink,
    stats.isCharacterDevice() ? stats.rdev : '',
    seconds === OLD ? 'old' : 'new',
    stats.isSymbolicLink() ? readlinkSync(path) : '',
    ...sys.llistxattr(path).filter((name) => !name.startsWith('trusted.')),
    content?.digest('hex').slice(0, 8) ?? '',
  ].join(' ')
}
