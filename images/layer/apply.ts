// SPDX-License-Identifier: Apache-2.0
import type { AttributeRules } from '../unpack/attributes.ts'
import type { OwnerTable } from '../unpack/owner-table.ts'
import { createLayerWriter } from './layer-writer.ts'
import { createLayerReader } from './read.ts'

export interface LayerTarget {
  /** The directory that becomes the layer, or that holds the lower ones already. */
  readonly rootFd: number
  readonly rules: AttributeRules
  /** 'overlay': deletions become marks of overlay; 'tree': what the root holds is removed. */
  readonly form: 'overlay' | 'tree'
  /** `trusted.` is for the host's root, who mounts without `userxattr`. */
  readonly opaqueXattr: 'user.overlay.opaque' | 'trusted.overlay.opaque'
  /**
   * For the form 'overlay': the directories of the layers below by descriptor, the uppermost
   * first; waited for when the layer was read. Directories which this layer uses and does not
   * describe get the attributes that they have there, and it may have hard links to files there.
   * Without it there is nothing below.
   */
  readonly lower?: readonly number[] | Promise<readonly number[]> | undefined
  /** The records of links and special files of the layers below. */
  readonly owners?: OwnerTable | undefined
  /** The content of all files together may have this many bytes. */
  readonly maxBytes?: number | undefined
}

/**
 * Unpacks a layer. A later entry of a name takes the place of an earlier one, a directory that of
 * a link; deletions are of lower layers only, wherever in the layer they stand. Names are taken
 * below the root, also absolute ones. Marks and records of ours and of overlay, which are
 * extended attributes or a device 0:0 as well, are not taken from a layer.
 *
 * @param source the archive, uncompressed, in chunks that do not change afterwards; it is read to
 *   its end, also behind the end marker
 * @throws TsbuildError ARCHIVE_INVALID; what was unpacked until then is left
 * @see OCI image-spec, layer.md
 */
export async function applyLayer(
  source: AsyncIterable<Buffer>,
  target: LayerTarget,
): Promise<void> {
  const writer = createLayerWriter(target)
  try {
    const reader = createLayerReader(writer.put)
    for await (const chunk of source) reader.push(chunk)
    reader.end()
    const rootFds = (await target.lower) ?? []
    const { opaqueXattr, owners, rules } = target
    writer.finish({ rootFds, opaqueXattr, owners, sys: rules.sys })
  } finally {
    writer.close()
  }
}
