// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, lstatSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { hasCode } from '../../core/lib/errno.ts'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_SYMLINKS,
  type Syscalls,
} from '../../native-shim/syscalls.ts'
import type { OwnerTable } from '../unpack/owner-table.ts'

/** The layers below one, each unpacked as overlay understands it. */
export interface LowerLayers {
  /** Descriptors of their directories, the uppermost first. */
  readonly rootFds: readonly number[]
  readonly opaqueXattr: string
  readonly sys: Syscalls
  /** The records of their links and special files. */
  readonly owners?: OwnerTable | undefined
}

/** A file of the lower layers, as long as the call lasts that hands it over. */
export interface LowerFile {
  /** A byte string; not to be followed if it is a link. */
  readonly source: string
  readonly stats: BigIntStats
}

/**
 * Uses the file that the lower layers together have at `path`: the uppermost one, unless it is
 * hidden by a whiteout, an opaque directory or something else than a directory on its way.
 *
 * @returns undefined if there is none
 * @see overlayfs.rst, "Upper and Lower", "whiteouts and opaque directories"
 */
export function withLowerFile<Result>(
  lower: LowerLayers,
  path: string,
  use: (file: LowerFile) => Result,
): Result | undefined {
  for (const rootFd of lower.rootFds) {
    const found = inLayer(lower, { rootFd, path, use })
    if (found === 'hidden') return undefined
    if (found !== 'missing') return found.result
  }
  return undefined
}

interface Search<Result> {
  readonly rootFd: number
  readonly path: string
  readonly use: (file: LowerFile) => Result
}

/** 'hidden': not here, and whatever lies below does not show. */
type Found<Result> = 'missing' | 'hidden' | { readonly result: Result }

function inLayer<Result>(lower: LowerLayers, search: Search<Result>): Found<Result> {
  const { rootFd, path, use } = search
  let missing: 'missing' | 'hidden' = 'missing'
  const steps = path === '' ? [] : path.split('/')
  for (const [depth, name] of steps.entries()) {
    const directory = openDirectory(lower, rootFd, steps.slice(0, depth).join('/'))
    if (typeof directory === 'string') return directory === 'missing' ? missing : directory
    try {
      if (isOpaque(lower, directory)) missing = 'hidden'
      if (depth === steps.length - 1)
        return lookAt(`/proc/self/fd/${directory}/${name}`, use, missing)
    } finally {
      closeSync(directory)
    }
  }
  return lookAt(`/proc/self/fd/${rootFd}/.`, use, missing)
}

/** Whatever is there and no directory hides those of lower layers: a file, a link, a whiteout. */
function openDirectory(
  { sys }: LowerLayers,
  rootFd: number,
  path: string,
): number | 'missing' | 'hidden' {
  try {
    return sys.openat2(rootFd, path === '' ? '.' : path, {
      flags: O_PATH | O_CLOEXEC | constants.O_DIRECTORY,
      resolve: RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS,
    })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'missing'
    if (hasCode(error, 'ENOTDIR', 'ELOOP')) return 'hidden'
    throw error
  }
}

function isOpaque({ sys, opaqueXattr }: LowerLayers, directory: number): boolean {
  try {
    return sys.lgetxattr(`/proc/self/fd/${directory}/.`, opaqueXattr).toString() === 'y'
  } catch (error) {
    if (!hasCode(error, 'ENODATA', 'ENOTSUP')) throw error
    return false
  }
}

function lookAt<Result>(
  source: string,
  use: (file: LowerFile) => Result,
  missing: 'missing' | 'hidden',
): Found<Result> {
  const stats = lstatSync(bytePath(source), { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return missing
  const whiteout = stats.isCharacterDevice() && stats.rdev === 0n
  return whiteout ? 'hidden' : { result: use({ source, stats }) }
}
