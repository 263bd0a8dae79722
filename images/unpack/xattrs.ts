// SPDX-License-Identifier: Apache-2.0

/** Everything of ours; a file system from elsewhere may not bring it. */
export const OWN_XATTR_PREFIX = 'user.tsbuild.'

/**
 * In front of the name of an attribute that the kernel refused, on a file that can have ours: an
 * access control list with ids that are not mapped, say.
 */
export const KEPT_XATTR_PREFIX = `${OWN_XATTR_PREFIX}xattr.`

/** Overlay's own marks: they would hide files of lower layers. @see overlayfs.rst */
const overlayPrefixes = ['user.overlay.', 'trusted.overlay.']
const keptPrefixes = ['user.', 'trusted.']
const kept = ['security.capability', 'system.posix_acl_access', 'system.posix_acl_default']

/**
 * Whether an extended attribute goes along with a file.
 *
 * @param origin 'own': the file lies in our store, and our attributes on it are meant; 'foreign':
 *   there they would forge owners, and the labels of a host's security modules mean nothing here
 */
export function keepsXattr(name: string, origin: 'own' | 'foreign'): boolean {
  const starts = (prefix: string) => name.startsWith(prefix)
  if (overlayPrefixes.some(starts)) return false
  if (origin === 'own') return true
  return !starts(OWN_XATTR_PREFIX) && (kept.includes(name) || keptPrefixes.some(starts))
}

/** Whether an extended attribute is part of a layer: what keeps its meaning on other machines. */
export function entersLayer(name: string): boolean {
  if (kept.includes(name)) return true
  return name.startsWith('user.') && keepsXattr(name, 'foreign')
}

const REVISION_MASK = 0xff000000
const REVISION_2 = 0x02000000
const REVISION_3 = 0x03000000
const REVISION_2_BYTES = 20

/**
 * File capabilities without the id of the user namespace they were written in: that is where the
 * kernel puts back the one that holds here. Other values stay as they are.
 *
 * @see capabilities(7), "File capability extended attribute versioning"
 */
export function portableXattr(name: string, value: Buffer): Buffer {
  if (name !== 'security.capability' || value.length <= REVISION_2_BYTES) return value
  const magic = value.readUInt32LE(0)
  if ((magic & REVISION_MASK) >>> 0 !== REVISION_3) return value
  const portable = Buffer.from(value.subarray(0, REVISION_2_BYTES))
  portable.writeUInt32LE(((magic & ~REVISION_MASK) | REVISION_2) >>> 0, 0)
  return portable
}
