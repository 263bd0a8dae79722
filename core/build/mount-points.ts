// SPDX-License-Identifier: Apache-2.0
import { lstatSync, rmdirSync, type Stats, unlinkSync, utimesSync } from 'node:fs'
import { dirname } from 'node:path'
import { syscalls } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { snapshotFs } from '../store/layout.ts'

/** What is mounted on for each run, and made where the image lacks it. */
const mountPoints = [
  'dev',
  'proc',
  'sys',
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  'run/.containerenv',
] as const
const parents = ['etc', 'run'] as const

type Found = ReadonlyMap<string, Stats>

/**
 * The mount points that are there before a run, and the directories they are in.
 *
 * @param keys snapshots, the lowest first
 */
export function findMountPoints({ paths }: Pick<Context, 'paths'>, keys: readonly string[]): Found {
  const roots = keys.map((key) => snapshotFs(paths.root, key)).reverse()
  const found = [...parents, ...mountPoints].map((path) => [path, find(roots, path)] as const)
  return new Map(found.flatMap(([path, stats]) => (stats === undefined ? [] : [[path, stats]])))
}

/** In the uppermost layer that says something of it. */
function find(roots: readonly string[], path: string): Stats | undefined {
  const parent = dirname(path)
  for (const root of roots) {
    const above = lstat(`${root}/${parent}`)
    if (above === undefined) continue
    if (!above.isDirectory()) return undefined
    const stats = lstat(`${root}/${path}`)
    if (stats !== undefined) return isWhiteout(stats) ? undefined : stats
    if (parent !== '.' && isOpaque(`${root}/${parent}`)) return undefined
  }
  return undefined
}

/**
 * Takes away what a run left of its mount points where there were none and the program put nothing
 * in: they are no change of the program's.
 *
 * @param fs the files of the snapshot that was written to
 * @param before of `findMountPoints`
 */
export function dropMountPoints(fs: string, before: Found): void {
  const made = mountPoints.filter((path) => !before.has(path) && isBelowDirectory(fs, path))
  const emptied = new Set(made.filter((path) => removeEmpty(`${fs}/${path}`)).map(dirname))
  for (const parent of parents) {
    if (!emptied.has(parent)) continue
    const [was, now] = [before.get(parent), lstat(`${fs}/${parent}`)]
    if (now === undefined || isOpaque(`${fs}/${parent}`)) continue
    if (was === undefined || sameAttributes(was, now)) removeEmpty(`${fs}/${parent}`)
    if (was !== undefined && lstat(`${fs}/${parent}`) !== undefined)
      utimesSync(`${fs}/${parent}`, was.atime, was.mtime)
  }
}

/** A program may put a link to anywhere in the host's tree in place of /etc. */
const isBelowDirectory = (fs: string, path: string): boolean =>
  lstat(`${fs}/${dirname(path)}`)?.isDirectory() === true

function removeEmpty(path: string): boolean {
  const stats = lstat(path)
  if (stats === undefined) return false
  try {
    if (stats.isDirectory()) rmdirSync(path)
    else if (stats.isFile() && stats.size === 0) unlinkSync(path)
    else return false
    return true
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) return false
    throw error
  }
}

const sameAttributes = (a: Stats, b: Stats): boolean =>
  a.mode === b.mode && a.uid === b.uid && a.gid === b.gid

const lstat = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false })

const isWhiteout = (stats: Stats): boolean => stats.isCharacterDevice() && stats.rdev === 0

const isOpaque = (path: string): boolean =>
  syscalls()
    .llistxattr(toBytes(path))
    .some((name) => name.endsWith('.overlay.opaque'))
