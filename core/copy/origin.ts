// SPDX-License-Identifier: Apache-2.0
import type { OwnerTable } from '../../images/unpack/owner-table.ts'

/**
 * What an ignore file leaves out. Paths are byte strings relative to the context, without leading
 * slash.
 */
export interface IgnoreMatcher {
  ignores(path: string): boolean
  /** Whether something below an ignored directory may be kept: a `!` pattern goes there. */
  mayContain(directory: string): boolean
}

/** A root file system to copy from. */
export interface SourceTree {
  readonly rootFd: number
  /** The records of its links and special files. */
  readonly owners: OwnerTable
}

/** Where sources are looked up, which also decides what their owners and set-id bits mean. */
export type CopyOrigin =
  /**
   * Files of the host, as `copy` and `add` are told them: paths start in `directory`, links are
   * followed wherever they lead. They will belong to root, set-id bits stay, as in buildah.
   */
  | { readonly kind: 'host'; readonly directory: string }
  /**
   * A build context: `..` and links end at its root. Files will belong to root and lose set-id
   * bits.
   */
  | {
      readonly kind: 'context'
      readonly root: string
      readonly ignore: IgnoreMatcher | undefined
      /** The name of the ignore file, for messages. */
      readonly ignoreFile: string | undefined
    }
  /** The root of a stage or image (a descriptor), whose owners and bits are kept. */
  | ({ readonly kind: 'tree'; readonly name: string } & SourceTree)

/** How the origin is called in messages. */
export function originName(origin: CopyOrigin): string {
  switch (origin.kind) {
    case 'host':
      return 'this machine'
    case 'context':
      return `the context ${origin.root}`
    case 'tree':
      return origin.name
  }
}
