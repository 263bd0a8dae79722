// SPDX-License-Identifier: Apache-2.0
import { ImageConfig } from '../../images/model.ts'
import { type Static, type TSchema, Type, Value } from '../lib/schema.ts'
import { checkVersion, damaged, parseJson } from './record.ts'

const Id = Type.String({ pattern: '^[0-9a-f]{64}$' })
const closed = { additionalProperties: false }

/** An image, as its file in the store holds it. */
const ImageRecord = Type.Object(
  {
    version: Type.Integer(),
    id: Id,
    /** RFC 3339. */
    created: Type.String(),
    /** Snapshots, the lowest first. */
    layers: Type.Array(Id),
    config: ImageConfig,
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
