// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  ftruncateSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { isHostRoot, sys } from './scratch-root.ts'

/** A tree with one of everything that the rights of this process and the file system allow. */
export function makeTree(root: string): void {
  mkdirSync(`${root}/d/empty`, { recursive: true })
  writeFileSync(`${root}/d/file`, 'content')
  linkSync(`${root}/d/file`, `${root}/d/other-name`)
  symlinkSync('../nowhere', `${root}/d/link`)
  writeFileSync(`${root}/large`, Buffer.alloc(3_000_000, 'large'))
  writeFileSync(`${root}/${'n'.repeat(120)}`, 'long name')
  writeFileSync(`${root}/täxt`, 'a name that is not ASCII')
  makeSparse(`${root}/sparse`)
  chmodSync(`${root}/large`, 0o4751)
  chmodSync(`${root}/d`, 0o1777)
  writeFileSync(`${root}/none`, 'no access', { mode: 0 })
  sys.lsetxattr(`${root}/d/file`, 'user.mine', Buffer.from([0xff, 0x00, 0x80]))
  sys.lsetxattr(`${root}/d`, 'user.of-directory', Buffer.from('x'))
  const directory = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
  sys.mknodat(directory, 'fifo', constants.S_IFIFO | 0o620, { major: 0, minor: 0 })
  if (isHostRoot) makeRootsOwn(root, directory)
  for (const [name, seconds] of [
    ['d', 1],
    ['large', 1700000000],
    ['fifo', -5],
  ] as const) {
    sys.utimensat(directory, name, { seconds, nanoseconds: 123456789 })
  }
  closeSync(directory)
}

/** Data, a hole, data, and a hole at the end. */
function makeSparse(path: string): void {
  const fd = openSync(path, 'w')
  writeSync(fd, 'start', 0)
  for (const at of [1_000_000, 3_000_000]) writeSync(fd, Buffer.alloc(10_000, 'x'), 0, 10_000, at)
  ftruncateSync(fd, 8_000_000)
  closeSync(fd)
}

/** cap_net_raw+ep, as setcap(8) writes it: revision 2, effective. */
const CAPABILITY = Buffer.from('0100000200200000000000000000000000000000', 'hex')

function makeRootsOwn(root: string, directory: number): void {
  chownSync(`${root}/d/file`, 1000, 5)
  chownSync(`${root}/large`, 70_000, 2 ** 31)
  // chown(2) took the bits away.
  chmodSync(`${root}/large`, 0o4751)
  lchownSync(`${root}/d/link`, 1, 2)
  sys.lsetxattr(`${root}/large`, 'security.capability', CAPABILITY)
  sys.mknodat(directory, 'null', constants.S_IFCHR | 0o666, { major: 1, minor: 3 })
  sys.mknodat(directory, 'disk', constants.S_IFBLK | 0o660, { major: 259, minor: 70_000 })
}
