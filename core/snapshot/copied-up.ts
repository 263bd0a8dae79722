// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, lstatSync, rmdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileTime } from '../../images/unpack/describe.ts'
import type { Syscalls } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { bytePath, toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { snapshotFs } from '../store/layout.ts'
import type { MountedLayers } from './rootfs.ts'

/**
 * Removes directories of the active snapshot that say nothing: an overlay copies a directory up
 * when something is made in it, and when that is gone, the copy is empty and as the one below.
 *
 * @param of.folders byte strings, from the root of the container; and all that these are in
 */
export function dropCopiedUp(
  { paths }: Pick<Context, 'paths'>,
  { driver, layers, active }: MountedLayers,
  { folders, sys }: { readonly folders: readonly string[]; readonly sys: Syscalls },
): void {
  if (driver === 'copy') return
  const fs = (key: string) => toBytes(snapshotFs(paths.root, key))
  const below = layers.map(fs).reverse()
  const all = new Set(folders.flatMap((folder) => [...folderAndAbove(folder)]))
  for (const folder of [...all].sort((a, b) => b.length - a.length))
    if (isCopy({ upper: fs(active), below, sys }, folder)) removeIn(sys, fs(active) + folder)
}

function* folderAndAbove(folder: string): Generator<string> {
  for (let path = folder; path.length > 1; path = dirname(path)) yield path
}

interface Stack {
  readonly upper: string
  /** The uppermost first. */
  readonly below: readonly string[]
  readonly sys: Syscalls
}

function isCopy({ upper, below, sys }: Stack, folder: string): boolean {
  const copy = find(sys, upper, folder)
  if (typeof copy !== 'object' || copy.hidesBelow) return false
  const original = below
    .map((root) => find(sys, root, folder))
    .find((found) => found !== 'not told of')
  if (typeof original !== 'object') return false
  const { stats } = original
  return (
    copy.stats.mode === stats.mode &&
    copy.stats.uid === stats.uid &&
    copy.stats.gid === stats.gid &&
    copy.stats.mtimeNs === stats.mtimeNs &&
    attributes(sys, copy.path) === attributes(sys, original.path)
  )
}

interface Found {
  readonly path: string
  readonly stats: BigIntStats
  /** Whether nothing of the layers below shows in it. */
  readonly hidesBelow: boolean
}

/** What one layer says of a directory. */
function find(sys: Syscalls, root: string, folder: string): Found | 'hidden' | 'not told of' {
  let path = root
  let stats: BigIntStats | undefined
  let hidesBelow = false
  for (const part of folder.split('/').slice(1)) {
    path = `${path}/${part}`
    stats = lstatSync(bytePath(path), { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) return hidesBelow ? 'hidden' : 'not told of'
    if (!stats.isDirectory()) return 'hidden'
    hidesBelow ||= sys.llistxattr(path).some((name) => MARK.test(name))
  }
  return stats === undefined ? 'not told of' : { path, stats, hidesBelow }
}

/** @see Linux, Documentation/filesystems/overlayfs.rst */
const MARK = /\.overlay\.(opaque|redirect)$/
const OF_OVERLAY = /^(trusted|user)\.overlay\./

const attributes = (sys: Syscalls, path: string): string =>
  sys
    .llistxattr(path)
    .filter((name) => !OF_OVERLAY.test(name))
    .sort()
    .map((name) => `${name}=${sys.lgetxattr(path, name).toString('hex')}`)
    .join()

/** What it was in keeps its time. */
function removeIn(sys: Syscalls, path: string): void {
  const parent = dirname(path)
  const time = fileTime(lstatSync(bytePath(parent), { bigint: true }).mtimeNs)
  try {
    rmdirSync(bytePath(path))
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return
    throw error
  }
  sys.utimensat(-1, parent, time)
}
