// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { pid } from 'node:process'
import { type Digest, digestHex, sha256 } from '../../images/digest.ts'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { TEMPORARY_SUFFIX } from '../lib/files.ts'
import { folders } from './layout.ts'

type Paths = Pick<Context, 'paths'>

/** What a blob is known by. */
export interface BlobId {
  readonly digest: Digest
  readonly sizeBytes: number
}

const CHUNK_BYTES = 1024 * 1024

/**
 * Stores content under its digest. It counts only when all of it was there and right; a blob that
 * is stored already stays as it is. The caller is inside `withContent`, or names it in a record
 * before the store's lock is released.
 *
 * @param expected what it must be; reading stops where it gets too long
 * @throws TsbuildError BLOB_CORRUPT
 */
export async function putBlob(
  { paths, randomId }: Pick<Context, 'paths' | 'randomId'>,
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
  expected?: BlobId,
): Promise<BlobId> {
  const temporary = temporaryPath(paths.root, randomId())
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  try {
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const chunk of content) {
      sizeBytes += chunk.length
      if (expected !== undefined && sizeBytes > expected.sizeBytes) throw wrong(expected, 'longer')
      hash.update(chunk)
      for (let at = 0; at < chunk.length; ) at += writeSync(fd, chunk, at)
    }
    const found: BlobId = { digest: `sha256:${hash.digest('hex')}`, sizeBytes }
    if (expected !== undefined) compare(found, expected)
    fsyncSync(fd)
    renameSync(temporary, blobPath(paths.root, found.digest))
    return found
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  } finally {
    closeSync(fd)
  }
}

/** The same for what is in memory: a config, a manifest. */
export function putBytes({ paths }: Paths, bytes: Buffer): BlobId {
  const digest = sha256(bytes)
  const path = blobPath(paths.root, digest)
  if (existsSync(path)) return { digest, sizeBytes: bytes.length }
  const temporary = temporaryPath(paths.root, digest.slice(-16))
  const fd = openSync(temporary, 'w', 0o600)
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
    renameSync(temporary, path)
  } finally {
    closeSync(fd)
  }
  return { digest, sizeBytes: bytes.length }
}

const temporaryPath = (root: string, name: string) =>
  `${root}/${folders.blobs}/${name}.${pid}${TEMPORARY_SUFFIX}`

/** The file of a blob. */
export const blobPath = (root: string, digest: Digest) =>
  `${root}/${folders.blobs}/${digestHex(digest)}`

export const hasBlob = ({ paths }: Paths, digest: Digest): boolean =>
  existsSync(blobPath(paths.root, digest))

/**
 * A small blob whole, verified.
 *
 * @throws TsbuildError BLOB_CORRUPT, also when it is not there or longer than `maxBytes`
 */
export function readBlob({ paths }: Paths, digest: Digest, maxBytes: number): Buffer {
  const path = blobPath(paths.root, digest)
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      if (fstatSync(fd).size > maxBytes) throw corrupt(digest, `has more than ${maxBytes} bytes`)
      const bytes = readFileSync(fd)
      if (sha256(bytes) !== digest) throw corrupt(digest, 'was changed on disk')
      return bytes
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) throw corrupt(digest, 'is missing')
    throw error
  }
}

/**
 * A blob in chunks of 1 MiB, each a buffer of its own. What was handed out is verified at the end.
 *
 * @throws TsbuildError BLOB_CORRUPT
 */
export async function* openBlob({ paths }: Paths, digest: Digest): AsyncGenerator<Buffer> {
  if (!hasBlob({ paths }, digest)) throw corrupt(digest, 'is missing')
  const fd = openSync(blobPath(paths.root, digest), constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const hash = createHash('sha256')
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES)
      const length = readSync(fd, chunk)
      if (length === 0) break
      hash.update(chunk.subarray(0, length))
      yield chunk.subarray(0, length)
    }
    if (`sha256:${hash.digest('hex')}` !== digest) throw corrupt(digest, 'was changed on disk')
  } finally {
    closeSync(fd)
  }
}

function compare(found: BlobId, expected: BlobId): void {
  if (found.sizeBytes !== expected.sizeBytes) throw wrong(expected, 'shorter')
  if (found.digest !== expected.digest) throw wrong(expected, 'other content')
}

function wrong({ digest, sizeBytes }: BlobId, how: string): TsbuildError {
  const reason = how === 'other content' ? 'its content is another' : `it is ${how}`
  return new TsbuildError('BLOB_CORRUPT', `${digest} (${sizeBytes} bytes) is damaged: ${reason}`, {
    hint: 'fetch or make the image again where it came from',
  })
}

function corrupt(digest: Digest, reason: string): TsbuildError {
  return new TsbuildError('BLOB_CORRUPT', `blob ${digest} of the store ${reason}`, {
    hint: 'remove the image that holds it (tsbuild rmi) and pull or build it again',
  })
}
