// SPDX-License-Identifier: Apache-2.0
import { invalidArchive, readable } from '../tar/invalid.ts'
import { checkedPath, splitPath } from '../unpack/names.ts'

/**
 * The path below the root that a layer means by a name. Tools write `etc`, `./etc` and `/etc`.
 *
 * @returns without leading slash, empty and `.` parts; empty text for the root
 * @throws TsbuildError ARCHIVE_INVALID for an empty name and one with a `..` part
 */
export const layerPath = (name: string): string => checkedPath(name.replace(/^\/+/, './'))

/** What an entry of a layer is there for. Paths are below the root. */
export type Purpose =
  | { readonly kind: 'file'; readonly path: string }
  /** `path` of the layers below is deleted. */
  | { readonly kind: 'whiteout'; readonly path: string }
  /** What the layers below have in the directory `path` is deleted. */
  | { readonly kind: 'opaque'; readonly path: string }
  /** Notes that aufs kept for itself. */
  | { readonly kind: 'nothing' }

/**
 * @throws TsbuildError ARCHIVE_INVALID for a name that is none, or that is deleted and used at once
 * @see OCI image-spec, layer.md, "Whiteouts"
 */
export function purposeOf(path: string): Purpose {
  if (!path.includes(WHITEOUT)) return { kind: 'file', path }
  const [parent, name] = splitPath(path)
  const above = parent.split('/').filter((part) => part.startsWith(WHITEOUT))
  if (above.some((part) => part.startsWith(AUFS))) return { kind: 'nothing' }
  if (above.length > 0) throw invalidArchive(`${readable(path)} is below a whiteout`)
  if (name === OPAQUE) return { kind: 'opaque', path: parent }
  if (name.startsWith(AUFS)) return { kind: 'nothing' }
  if (!name.startsWith(WHITEOUT)) return { kind: 'file', path }
  const deleted = name.slice(WHITEOUT.length)
  if (['', '.', '..'].includes(deleted)) {
    throw invalidArchive(`${readable(path)} deletes ${readable(deleted)}, which is no name`)
  }
  return { kind: 'whiteout', path: parent === '' ? deleted : `${parent}/${deleted}` }
}

const WHITEOUT = '.wh.'
const AUFS = '.wh..wh.'
const OPAQUE = '.wh..wh..opq'
