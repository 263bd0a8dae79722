// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { writeSync } from 'node:fs'
import type { Blob, Content } from './destination.ts'

/** Hands each chunk on. @returns what they are together */
export async function copyHashed(content: Content, write: (chunk: Buffer) => void): Promise<Blob> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  for await (const chunk of content) {
    hash.update(chunk)
    write(chunk)
    sizeBytes += chunk.length
  }
  return { digest: `sha256:${hash.digest('hex')}`, sizeBytes }
}

export function writeAll(fd: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
}
