// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { copyAttributes, copyTree } from '../images/unpack/copy-tree.ts'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  syscalls,
} from '../native-shim/syscalls.ts'
import type { Context } from './context.ts'
import { toBytes } from './lib/bytes.ts'
import { hasCode } from './lib/errno.ts'
import { TsbuildError } from './lib/errors.ts'
import { destinationOf } from './options/asked-mount.ts'
import { createSnapshot } from './snapshot/create.ts'
import { withRootfs } from './snapshot/mount.ts'
import { attributeRules, ownersOf } from './snapshot/rules.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { snapshotFs } from './store/layout.ts'
import { withStoreLock } from './store/lock-store.ts'

/**
 * The directories that a container has for the VOLUMEs of its image: each a copy of what the image
 * has there, made for the first run, kept until the container goes, and part of no layer. The
 * caller has locked the container.
 *
 * @returns paths of the host by the destinations
 */
export async function containerVolumes(
  context: Context,
  record: ContainerRecord,
): Promise<Record<string, string>> {
  const known = record.volumes ?? {}
  const wanted = Object.keys(record.config.Volumes ?? {}).map((path) =>
    destinationOf(path.startsWith('/') ? path : `/${path}`, 'VOLUME of the image'),
  )
  const missing = wanted.filter((path) => known[path] === undefined)
  const made = missing.length === 0 ? {} : await makeVolumes(context, record, missing)
  const all = { ...known, ...made }
  return Object.fromEntries(
    wanted.flatMap((path) => {
      const key = all[path]
      return key === undefined ? [] : [[path, snapshotFs(context.paths.root, key)]]
    }),
  )
}

/** All of them or none, also when we are killed. */
async function makeVolumes(
  context: Context,
  record: ContainerRecord,
  paths: readonly string[],
): Promise<Record<string, string>> {
  const snapshots = paths.map((path) => {
    const snapshot = withStoreLock(context, () => createSnapshot(context))
    return { path, ...snapshot }
  })
  try {
    await withRootfs(context, record, (rootFd) => {
      for (const { path, key, fs } of snapshots) fill({ context, record, rootFd, path, key, fs })
    })
    const made = Object.fromEntries(snapshots.map(({ path, key }) => [path, key]))
    const volumes = { ...record.volumes, ...made }
    withStoreLock(context, () => writeContainer(context, { ...record, volumes }))
    for (const { keep } of snapshots) keep()
    return made
  } catch (error) {
    for (const { discard } of snapshots) discard()
    throw error
  }
}

interface Filling {
  readonly context: Context
  readonly record: ContainerRecord
  readonly rootFd: number
  readonly path: string
  readonly key: string
  readonly fs: string
}

function fill({ context, record, rootFd, path, key, fs }: Filling): void {
  const folderFd = openFolder(rootFd, path)
  if (folderFd === undefined) return
  const toFd = openSync(fs, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const { layers, active } = record
    const rules = attributeRules(context, 'own', key)
    const owners = ownersOf(context, [...layers, active])
    const source = toBytes(`/proc/self/fd/${folderFd}/.`)
    copyTree({ source, name: '.', ownership: 'exact', owners }, { rootFd: toFd, base: '', rules })
    copyAttributes(source, fs, rules)
  } finally {
    closeSync(toFd)
    closeSync(folderFd)
  }
}

function openFolder(rootFd: number, path: string): number | undefined {
  const flags = O_PATH | O_CLOEXEC | constants.O_DIRECTORY
  const resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS
  try {
    return syscalls().openat2(rootFd, toBytes(path), { flags, resolve })
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return undefined
    throw new TsbuildError('PATH_INVALID', `cannot make the volume ${path} of the container`, {
      cause,
      hint: 'the image has something else than a directory there',
    })
  }
}
