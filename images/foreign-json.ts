// SPDX-License-Identifier: Apache-2.0
import { type Static, type TSchema, Value } from '../core/lib/schema.ts'
import { invalidManifest } from './invalid-manifest.ts'

/** Deeper than any document of an image; what we write again must not exhaust the stack. */
const MAX_DEPTH = 64

/**
 * A JSON object that somebody else wrote.
 *
 * @param what names the document in messages
 * @throws TsbuildError MANIFEST_INVALID if it is none, or is nested too deeply
 */
export function parseForeignJson(bytes: Buffer, what: string): Record<string, unknown> {
  checkDepth(bytes, what)
  let value: unknown
  try {
    value = JSON.parse(bytes.toString())
  } catch (cause) {
    throw invalidManifest(what, 'it is not JSON', cause)
  }
  if (isObject(value)) return value
  throw invalidManifest(what, 'it is not a JSON object')
}

/** A JSON array; otherwise as `parseForeignJson`. */
export function parseForeignArray(bytes: Buffer, what: string): unknown[] {
  const wrapped = Buffer.concat([Buffer.from('{"items":'), bytes, Buffer.from('}')])
  const { items } = parseForeignJson(wrapped, what)
  if (Array.isArray(items)) return items
  throw invalidManifest(what, 'it is not a JSON array')
}

/**
 * The value, when it has the fields that the schema asks for.
 *
 * @throws TsbuildError MANIFEST_INVALID that names the first field at fault
 */
export function checkForeign<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  what: string,
): Static<Schema> {
  if (Value.Check(schema, value)) return value
  const first = Value.Errors(schema, value).First()
  const path = first?.path ?? ''
  if (path.endsWith('/digest') && typeof first?.value === 'string') {
    throw invalidManifest(what, wrongDigest(first.value))
  }
  throw invalidManifest(what, `${path || 'it'}: ${first?.message ?? 'is wrong'}`)
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function wrongDigest(text: string): string {
  const [algorithm = ''] = text.split(':')
  if (algorithm === 'sha256' || !/^[a-z0-9+._-]{1,32}$/.test(algorithm)) {
    return `${JSON.stringify(text.slice(0, 100))} is no digest`
  }
  return `it names content by ${algorithm}; only sha256 is supported`
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const OPENING = [0x7b, 0x5b]
const CLOSING = [0x7d, 0x5d]

function checkDepth(bytes: Buffer, what: string): void {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (inText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) inText = false
    } else if (byte === QUOTE) {
      inText = true
    } else if (OPENING.includes(byte)) {
      depth++
      if (depth > MAX_DEPTH) throw invalidManifest(what, `it is nested ${MAX_DEPTH} levels deep`)
    } else if (CLOSING.includes(byte)) {
      depth--
    }
  }
}
