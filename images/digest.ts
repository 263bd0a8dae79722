// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'

/** What names content: the only algorithm that everyone has. @see OCI image-spec, descriptor.md */
export type Digest = `sha256:${string}`

export const isDigest = (value: unknown): value is Digest =>
  typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value)

export const sha256 = (bytes: Uint8Array | string): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** The 64 hex digits. */
export const digestHex = (digest: Digest): string => digest.slice('sha256:'.length)
