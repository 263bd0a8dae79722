// SPDX-License-Identifier: Apache-2.0
import { type PackRequest, packLayer } from '../../../../images/layer/pack.ts'
import type { FileEntry } from '../../../../images/tar/entry.ts'
import { readTar } from '../../../../images/tar/read.ts'
import { sys } from '../unpack/scratch-root.ts'

type Directories = string | readonly string[]

/** The layer of these directories, lowest first, whose tables lie beside them. */
export function pack(directories: Directories, options: Partial<PackRequest> = {}): Buffer {
  return Buffer.concat(copies(packLayer(request(directories, options))))
}

export function chunkSizes(directory: string): number[] {
  const sizes: number[] = []
  for (const chunk of packLayer(request(directory, {}))) sizes.push(chunk.length)
  return sizes
}

function request(directories: Directories, options: Partial<PackRequest>): PackRequest {
  const paths = typeof directories === 'string' ? [directories] : directories
  const stack = paths.map((fs) => ({ fs, owners: `${fs}.owners` }))
  return { directories: stack, hasParent: false, sys, ...options }
}

/** A chunk is only valid until the next one. */
function copies(chunks: Iterable<Buffer>): Buffer[] {
  const all: Buffer[] = []
  for (const chunk of chunks) all.push(Buffer.from(chunk))
  return all
}
/** What our own reader finds in it. */
export async function entriesOf(layer: Buffer): Promise<FileEntry[]> {
  const entries: FileEntry[] = []
  await readTar(once(layer), (entry) => {
    entries.push(entry)
    return { write: () => {}, end: () => {} }
  })
  return entries
}

export const namesOf = async (layer: Buffer): Promise<string[]> =>
  (await entriesOf(layer)).map(({ path }) => path)

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}
