// SPDX-License-Identifier: Apache-2.0
import type { FileEntry } from '../tar/entry.ts'
import { OWN_XATTR_PREFIX } from './xattrs.ts'

/**
 * Holds what the kernel does not let us store: an owner without an id in our user namespace, a
 * device node. User attributes exist on files and directories only, so a device is an empty file
 * that carries one.
 */
export const INODE_RECORD_XATTR = `${OWN_XATTR_PREFIX}inode`

/**
 * The value of the attribute: uid, gid, mode in octal with setuid, setgid and sticky, type, and
 * for a device major and minor number, all joined by colons: `0:5:0620:char:136:0`.
 */
export function inodeRecord({ type, uid, gid, mode, device }: FileEntry): Buffer {
  const octal = mode.toString(8).padStart(4, '0')
  const numbers = type === 'char' || type === 'block' ? [device.major, device.minor] : []
  return Buffer.from([uid, gid, octal, type, ...numbers].join(':'))
}
