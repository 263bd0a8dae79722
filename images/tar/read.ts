// SPDX-License-Identifier: Apache-2.0
import { type ExtractEvents, extract, type Header } from 'tar-stream'
import { type Body, placeBody } from './body.ts'
import { type DecodedHeader, type EntryType, type FileEntry, toEntry } from './entry.ts'
import { createFraming } from './framing.ts'
import { invalidArchive, readable } from './invalid.ts'
import type { RawHeader } from './walk.ts'

/**
 * Reads a tar archive: v7, ustar, pax, and GNU with its long names and sparse files.
 *
 * tar-stream decodes the bytes. Beside it runs a reader of the block structure, which keeps what
 * tar-stream loses (extended headers as bytes) and checks the sizes; where the two do not agree
 * about an entry the archive is refused.
 *
 * @param source the archive, decompressed; a chunk must not change after it was handed over
 * @param visit called for each entry in order, returns what takes its content: that is complete
 *   before the next call. What it throws ends the reading.
 * @throws TsbuildError ARCHIVE_INVALID
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  visit: (entry: FileEntry) => Body,
): Promise<void> {
  const framing = createFraming()
  const decoder = extract(decoderOptions)
  let failure: unknown
  const finished = new Promise<void>((resolve, reject) => {
    decoder.on('finish', resolve)
    decoder.on('error', (error) => reject(failure ?? invalidArchive(error.message)))
  })
  // Awaited in more than one place, and perhaps in none when the source fails first.
  finished.catch(() => {})
  const failing = (action: () => void) => {
    try {
      action()
    } catch (error) {
      failure = error
      decoder.destroy(new Error('stopped'))
    }
  }
  decoder.on('entry', (header, content, next) => {
    failing(() => passOn({ header, content, next, raw: framing.next(), visit, failing }))
  })
  const drained = () => new Promise<void>((resolve) => decoder.once('drain', resolve))
  try {
    for await (const chunk of source) {
      for (const part of framing.push(chunk)) {
        if (!decoder.write(part)) await Promise.race([drained(), finished])
        if (failure !== undefined) await finished
      }
    }
    framing.end()
    decoder.end(null)
    await finished
  } finally {
    decoder.destroy()
  }
}

/** Latin-1 gives each byte of a name as one character; the published types lack two of these. */
const decoderOptions = {
  highWaterMark: 1024 * 1024,
  filenameEncoding: 'latin1',
  allowUnknownFormat: true,
}

interface Arrival {
  readonly header: Header
  readonly content: ExtractEvents['entry'][1]
  readonly next: () => void
  readonly raw: RawHeader | undefined
  readonly visit: (entry: FileEntry) => Body
  readonly failing: (action: () => void) => void
}

function passOn({ header, content, next, raw, visit, failing }: Arrival): void {
  // The decoder hands a failure to every open stream; it is reported once, by the decoder.
  content.on('error', () => {})
  if (raw === undefined || !agree(header, raw)) {
    throw invalidArchive(`the header of ${readable(header.name)} can be read in two ways`)
  }
  if (raw.type === VOLUME_LABEL) {
    content.on('end', next)
    content.resume()
    return
  }
  const type = entryType(header, raw)
  if (raw.sizeBytes > 0 && type !== 'file') {
    throw invalidArchive(`${readable(header.name)} is a ${type} and has content`)
  }
  const entry = toEntry(decoded(header, type), raw)
  const body = placeBody(raw, visit(entry))
  content.on('data', (chunk) => failing(() => body.write(asBuffer(chunk))))
  content.on('end', () =>
    failing(() => {
      body.end()
      next()
    }),
  )
}

const VOLUME_LABEL = 'V'

function asBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk
  throw new TypeError('tar-stream gave content that is no Buffer')
}

/** `byteOffset` is not in the published types of tar-stream. */
function agree(header: Header & { byteOffset?: number }, raw: RawHeader): boolean {
  return header.byteOffset === raw.bodyOffset && header.size === raw.sizeBytes
}

function entryType(header: Header, raw: RawHeader): EntryType {
  if (raw.gnuSparse !== undefined) return 'file'
  // Archives from before POSIX have no type for a directory, but a slash at its end.
  const old = header.type === 'file' && header.name.endsWith('/')
  const type = old ? 'directory' : entryTypes.get(header.type)
  if (type !== undefined) return type
  throw invalidArchive(`${readable(header.name)} has the unknown type ${readable(raw.type)}`)
}

const entryTypes: ReadonlyMap<string, EntryType> = new Map([
  ['file', 'file'],
  ['contiguous-file', 'file'],
  ['link', 'link'],
  ['symlink', 'symlink'],
  ['directory', 'directory'],
  ['character-device', 'char'],
  ['block-device', 'block'],
  ['fifo', 'fifo'],
])

/** A header without a link name has null there, whatever the types of tar-stream say. */
function decoded(header: Header, type: EntryType): DecodedHeader {
  return { ...header, type, linkname: header.linkname ?? '' }
}
