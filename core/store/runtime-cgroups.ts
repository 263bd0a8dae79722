// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { readContainer } from './containers.ts'
import { cgroupsNoticePath, containerLockPath, isId } from './layout.ts'
import { monitorOf } from './lock-store.ts'

/** Where cgroups lie: of version 2 themselves, of version 1 below the name of a controller. */
const CGROUPS = '/sys/fs/cgroup'

/**
 * The cgroup of a container that an OCI runtime of the host's root makes, which needs none and
 * makes one: under a name of ours it is found again when nobody was left to remove it.
 *
 * @returns as `cgroupsPath` in a spec
 */
export function runtimeCgroup({ paths }: Pick<Context, 'paths'>, id: string): string {
  writeFileSync(cgroupsNoticePath(paths.root), '', { mode: 0o600 })
  return `/${prefix(paths.root)}${id}`
}

/**
 * Removes the cgroups of containers of this store that were killed together with their guards.
 *
 * @param context whose store nobody builds in: the containers of a build have no records
 */
export function removeDeadCgroups(context: Context, top = CGROUPS): void {
  const { root } = context.paths
  if (!existsSync(cgroupsNoticePath(root))) return
  const name = prefix(root)
  const found = hierarchies(top).flatMap((folder) =>
    readdirSync(folder)
      .filter((entry) => entry.startsWith(name))
      .map((entry) => ({ path: `${folder}/${entry}`, id: entry.slice(name.length) })),
  )
  for (const { path, id } of found) if (isId(id) && !runs(context, id)) remove(path)
}

/** Stores do not know each other's containers. */
const prefix = (root: string) => `tsbuild-${hash(root).toString(16)}-`

/** FNV-1a, 32 bits: loading node:crypto costs two milliseconds. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value >>> 0
}

function hierarchies(top: string): string[] {
  const entries = readdirSync(top, { withFileTypes: true })
  if (entries.some(({ name }) => name === 'cgroup.controllers')) return [top]
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${top}/${name}`)
}

function runs(context: Context, id: string): boolean {
  if (readContainer(context, id) === undefined) return false
  const lock = monitorOf(context).tryLock(containerLockPath(context.paths.root, id), 'exclusive')
  if ('holder' in lock) return true
  lock.release()
  return false
}

/** One that is not empty yet is left to the next command. */
function remove(path: string): void {
  try {
    rmdirSync(path)
  } catch (error) {
    if (!hasCode(error, 'EBUSY', 'ENOENT', 'ENOTEMPTY')) throw error
  }
}
