// SPDX-License-Identifier: Apache-2.0
import type { Digest } from '../../images/digest.ts'
import { type Static, type TSchema, Type, Value } from '../lib/schema.ts'
import { checkVersion, damaged, parseJson } from './record.ts'

const Id = Type.String({ pattern: '^[0-9a-f]{64}$' })
const closed = { additionalProperties: false }

const DigestText = Type.Unsafe<Digest>(Type.String({ pattern: '^sha256:[0-9a-f]{64}$' }))

/** What a manifest says of a blob. */
const Descriptor = Type.Object(
  { mediaType: Type.String(), digest: DigestText, size: Type.Integer({ minimum: 0 }) },
  closed,
)

/** What later times of modification become, as reproducible images want it. */
const LayerTime = Type.Object(
  { kind: Type.Union([Type.Literal('all'), Type.Literal('clamp')]), seconds: Type.Integer() },
  closed,
)

/** A layer: its files in snapshots of ours, and how everyone calls it. */
const ImageLayer = Type.Object(
  {
    /** Of the uncompressed tar. */
    diffId: DigestText,
    /** Of the uncompressed tar. */
    sizeBytes: Type.Integer({ minimum: 0 }),
    /** The lowest first; several when a container was changed in several steps. */
    snapshots: Type.Array(Id),
    /** The compressed blob that the layer came as. */
    blob: Type.Optional(Descriptor),
    mtime: Type.Optional(LayerTime),
  },
  closed,
)
export type ImageLayer = Static<typeof ImageLayer>

/** An image, as its file in the store holds it; config and manifest are blobs. */
const ImageRecord = Type.Object(
  {
    version: Type.Integer(),
    /** The hex digits of the config's digest. */
    id: Id,
    /** RFC 3339. */
    created: Type.String(),
    manifest: Descriptor,
    /** The lowest first. */
    layers: Type.Array(ImageLayer),
  },
  closed,
)
export type ImageRecord = Static<typeof ImageRecord>

/** Which image each name means. */
const ImageIndex = Type.Object(
  { version: Type.Integer(), names: Type.Record(Type.String(), Id) },
  closed,
)
export type ImageIndex = Static<typeof ImageIndex>

/** @throws TsbuildError STORE_CORRUPT, STORE_NEWER */
export const parseImageRecord = (text: string, path: string): ImageRecord =>
  check(ImageRecord, text, path)

/** @throws TsbuildError STORE_CORRUPT, STORE_NEWER */
export const parseImageIndex = (text: string, path: string): ImageIndex =>
  check(ImageIndex, text, path)

function check<Schema extends TSchema>(schema: Schema, text: string, path: string): Static<Schema> {
  const value = parseJson(text, path)
  checkVersion(value.version, path)
  if (Value.Check(schema, value)) return value
  const first = Value.Errors(schema, value).First()
  throw damaged(path, `${first?.path ?? ''}: ${first?.message ?? ''}`)
}
