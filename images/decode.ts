// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { createGunzip, type Gunzip } from 'node:zlib'
import { hasCode } from '../core/lib/errno.ts'
import { TsbuildError } from '../core/lib/errors.ts'
import { PROGRAM_FAILED, PROGRAM_MISSING, throughProgram } from '../core/lib/exec.ts'
import { invalidArchive } from './tar/invalid.ts'

export type Compressed = 'gzip' | 'bzip2' | 'xz' | 'zstd'
export type Compression = 'none' | Compressed

/**
 * @param start the first ten bytes of a stream, fewer if it has not as many
 * @see RFC 1952 section 2.3.1; bzip2 without content has the second number of its format; the .xz
 *   file format, 2.1.1.1; RFC 8878 section 3.1.1
 */
export function detectCompression(start: Buffer): Compression {
  const begins = (magic: string, at = 0) =>
    start.subarray(at, at + magic.length / 2).equals(Buffer.from(magic, 'hex'))
  if (begins('1f8b08')) return 'gzip'
  if (begins('fd377a585a00')) return 'xz'
  if (begins('28b52ffd')) return 'zstd'
  const bzip2 = begins('425a68') && (begins('314159265359', 4) || begins('177245385090', 4))
  return bzip2 ? 'bzip2' : 'none'
}

const CHUNK_BYTES = 1024 * 1024

/** Decompresses gzip with zlib, the others with a program of the host. @see decompress */
export function decode(
  compression: Compression,
  source: AsyncIterable<Buffer>,
): AsyncIterable<Buffer> {
  switch (compression) {
    case 'none':
      return source
    case 'gzip':
      return throughGunzip(createGunzip({ chunkSize: CHUNK_BYTES }), source)
    case 'bzip2':
    case 'xz':
    // Node's own, from 22.15 on, takes data that is cut off for whole, and reads one frame only.
    case 'zstd':
      return throughHost(compression, source)
  }
}

async function* throughGunzip(
  decoder: Gunzip,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let given = 0
  let complete = false
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      given += chunk.length
      yield chunk
    }
    complete = true
  }
  const input = Readable.from(counted())
  // What goes wrong comes out of the decoder as well.
  pipeline(input, decoder).catch(() => {})
  try {
    yield* decoder
  } catch (error) {
    throw damaged(error)
  } finally {
    input.destroy()
    await finished(input).catch(() => {})
  }
  // Node leaves bytes behind a gzip member alone when they look like padding.
  if (!complete || decoder.bytesWritten !== given) {
    throw trailing()
  }
}

const trailing = () => invalidArchive('something follows its compressed data')

function damaged(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!code.startsWith('Z_') && !hasCode(error, PROGRAM_FAILED)) return error
  return invalidArchive('its compressed data is damaged or cut off', { cause: error })
}

async function* throughHost(
  name: Exclude<Compressed, 'gzip'>,
  source: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    const words = yield* throughProgram([name, '-dc'], source)
    // bzip2 says so, and that it does not mind.
    if (words.includes('trailing garbage')) throw trailing()
  } catch (error) {
    if (!hasCode(error, PROGRAM_MISSING)) throw damaged(error)
    const message = `cannot decompress ${name} data: there is no program ${name} in PATH`
    const hint = `install ${packages[name]}, or compress it again with gzip`
    throw new TsbuildError('COMPRESSION_UNSUPPORTED', message, { hint })
  }
}

const packages = { bzip2: 'bzip2', xz: 'xz-utils', zstd: 'zstd' } as const
