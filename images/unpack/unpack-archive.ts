// SPDX-License-Identifier: Apache-2.0

import { hasCode } from '../../core/lib/errno.ts'
import { TsbuildError } from '../../core/lib/errors.ts'
import type { FileEntry } from '../tar/entry.ts'
import { invalidArchive, readable } from '../tar/invalid.ts'
import { readTar } from '../tar/read.ts'
import type { TreeTarget } from './tree.ts'
import { createTreeWriter } from './tree-writer.ts'

/**
 * Unpacks an archive below a directory of a root file system. Owners are the numbers in the
 * archive, names of users are not looked at; whiteout names (`.wh.…`) are names like others.
 *
 * @param source the archive, decompressed
 * @throws TsbuildError ARCHIVE_INVALID; what was unpacked until then is left
 */
export async function unpackArchive(
  source: AsyncIterable<Buffer>,
  target: TreeTarget,
): Promise<void> {
  const writer = createTreeWriter(target)
  try {
    await readTar(source, (entry) => explained(entry, () => writer.put(entry)))
    writer.finish()
  } finally {
    writer.close()
  }
}

/** What the kernel answers to names and numbers that it cannot take. */
const REFUSALS = [
  'EEXIST',
  'EFBIG',
  'EINVAL',
  'EISDIR',
  'ELOOP',
  'EMLINK',
  'ENAMETOOLONG',
  'ENOENT',
  'ENOTDIR',
  'EOVERFLOW',
  'EPERM',
]

function explained<Result>(entry: FileEntry, action: () => Result): Result {
  try {
    return action()
  } catch (error) {
    if (error instanceof TsbuildError || !hasCode(error, ...REFUSALS)) throw error
    throw invalidArchive(`${readable(entry.path)} cannot be made`, { cause: error })
  }
}
