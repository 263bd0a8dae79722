// SPDX-License-Identifier: Apache-2.0
import { type PackRequest, packLayer } from '../../../../images/layer/pack.ts'
import { sys } from '../unpack/scratch-root.ts'

/** The layer of these directories, lowest first, whose tables lie beside them. */
export function pack(
  directories: string | readonly string[],
  options: Partial<PackRequest> = {},
): Buffer {
  const paths = typeof directories === 'string' ? [directories] : directories
  const request = {
    directories: paths.map((fs) => ({ fs, owners: `${fs}.owners` })),
    hasParent: false,
    sys,
    ...options,
  }
  return Buffer.concat(copies(packLayer(request)))
}

/** A chunk is only valid until the next one. */
function copies(chunks: Iterable<Buffer>): Buffer[] {
  const all: Buffer[] = []
  for (const chunk of chunks) all.push(Buffer.from(chunk))
  return all
}
