// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync } from 'node:fs'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { parseId } from '../spec/account-files.ts'
import { type AccountFiles, resolveUser } from '../spec/user.ts'
import type { Owner } from './attributes.ts'
import { readAt } from './read-source.ts'
import { openInRoot, type Root } from './selection.ts'

/**
 * The owner that `--chown` names: `USER`, `USER:GROUP` or `:GROUP`, each a name or a number. A
 * number alone is the group as well (`5` is `5:5`), a name has the group of its line in
 * /etc/passwd.
 *
 * @param files of the container, read only when a name is to be looked up
 * @throws TsbuildError USER_UNKNOWN
 * @see buildah-copy(1), "--chown"
 */
export function resolveOwner(chown: string, files: () => AccountFiles): Owner {
  if (chown === '' || chown === ':') {
    throw new TsbuildError('USER_UNKNOWN', `"${chown}" names no owner`, {
      hint: 'give USER, USER:GROUP or :GROUP, names or numbers',
    })
  }
  const [user = '', group = ''] = chown.split(':', 2)
  const uid = user === '' ? 0 : parseId(user)
  const gid = group === '' ? uid : parseId(group)
  if (uid !== undefined && gid !== undefined) return { uid, gid }
  const found = resolveUser(chown, files())
  return { uid: found.uid, gid: found.gid }
}

/** As much as programs of the container can be expected to read. */
const MAX_BYTES = 1024 * 1024

/** /etc/passwd and /etc/group below a root, whatever links lead there inside of it. */
export function accountFiles(root: Root): AccountFiles {
  return { passwd: readText(root, 'etc/passwd'), group: readText(root, 'etc/group') }
}

function readText(root: Root, path: string): string | undefined {
  let fd: number
  try {
    fd = openInRoot(root, path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'ENXIO')) throw error
    return undefined
  }
  try {
    if (!fstatSync(fd).isFile()) return undefined
    const buffer = Buffer.alloc(MAX_BYTES)
    return buffer.toString('utf8', 0, readAt(fd, buffer, 0))
  } finally {
    closeSync(fd)
  }
}
