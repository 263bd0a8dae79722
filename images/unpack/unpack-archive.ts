// SPDX-License-Identifier: Apache-2.0
import { readTar } from '../tar/read.ts'
import { explainedBody } from './explained.ts'
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
  const writer = createTreeWriter({ ...target, overLink: 'replace' })
  try {
    await readTar(source, (entry) => explainedBody(entry.path, () => writer.put(entry)))
    writer.finish()
  } finally {
    writer.close()
  }
}
