// SPDX-License-Identifier: Apache-2.0
import type { BigIntStats } from 'node:fs'
import type { EntryType } from '../../images/tar/entry.ts'
import { retry } from '../../images/unpack/directories.ts'
import {
  O_CLOEXEC,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  type Syscalls,
} from '../../native-shim/syscalls.ts'
import type { CopyOrigin } from './origin.ts'

/** A file that was found and is to be copied. */
export interface Item {
  /** Below its source, a byte string; empty for a source that is no directory. */
  readonly path: string
  /** Never 'link': which names are of one file, the copy finds out. */
  readonly type: EntryType
  /** Undefined for a directory that is left out itself, but has something in it that is not. */
  readonly stats: BigIntStats | undefined
}

/** One source, of those that a pattern stands for. */
export interface SourceMatch {
  /** As it was written. */
  readonly given: string
  /** Below the root of the origin, a byte string; no link any more. */
  readonly path: string
  /** What a file is called in the directory it goes to. */
  readonly name: string
  readonly kind: 'directory' | 'file'
  /** A directory's content, directories before what is in them; of a file itself alone. */
  readonly items: readonly Item[]
}

/** A directory that paths cannot leave. */
export interface Root {
  readonly rootFd: number
  readonly sys: Syscalls
}

/** What is to be copied, as it was found; to be closed. */
export interface Selection extends Root {
  readonly origin: CopyOrigin
  /** In the order given. */
  readonly matches: readonly SourceMatch[]
  /** Sockets that were left out. */
  readonly sockets: number
  close(): void
}

/** A descriptor of the file that `path` leads to, by links as well, but never out of the root. */
export function openInRoot({ rootFd, sys }: Root, path: string, flags: number): number {
  const how = {
    flags: flags | O_CLOEXEC,
    resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
  }
  return retry(() => sys.openat2(rootFd, path === '' ? '.' : path, how))
}
