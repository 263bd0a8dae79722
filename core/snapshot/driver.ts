// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { readTextIfThere, writeFileAtomic } from '../lib/files.ts'
import type { Driver } from '../store/container-record.ts'
import { driverPath, STORE_VERSION } from '../store/layout.ts'
import { monitorOf, withStoreLock } from '../store/lock-store.ts'
import { parseRecord } from '../store/record.ts'
import { createSnapshot } from './create.ts'
import { rootfsOf } from './rootfs.ts'

/**
 * The driver of the store, chosen on first use by trying an overlay, and kept: layers of one do
 * not serve the other. The copying driver is announced, once.
 */
export function storeDriver(context: Context): Driver {
  return readDriver(context) ?? withStoreLock(context, () => readDriver(context) ?? choose(context))
}

/** The driver that was chosen; undefined before the first container. */
export function readDriver({ paths }: Pick<Context, 'paths'>): Driver | undefined {
  const path = driverPath(paths.root)
  const text = readTextIfThere(path)
  if (text === undefined) return undefined
  return parseRecord<DriverRecord>(text, path, {
    version: (value) => typeof value === 'number',
    driver: (value) => value === 'overlay' || value === 'copy',
  }).driver
}

interface DriverRecord {
  readonly version: number
  readonly driver: Driver
}

function choose(context: Context): Driver {
  const refusal = tryOverlay(context)
  const driver = refusal === undefined ? 'overlay' : 'copy'
  context.trace('store', 'driver', { driver, refusal })
  if (refusal !== undefined) {
    context.warn(
      `no overlay on ${context.paths.root} (${refusal}): ` +
        'each container will be a full copy, which takes time and space' +
        overlayAdvice(context),
    )
  }
  const record: DriverRecord = { version: STORE_VERSION, driver }
  writeFileAtomic(driverPath(context.paths.root), `${JSON.stringify(record)}\n`)
  return driver
}

/** A store that lies in a container's own files: overlay does not take those above another. */
function overlayAdvice({ paths, rights }: Context): string {
  if (rights.rung === 0 || !isOnOverlay(paths.root)) return ''
  return `; a volume there changes that: start the outer container with -v tsbuild:${paths.root}`
}

/** statfs(2), OVERLAYFS_SUPER_MAGIC. */
const isOnOverlay = (path: string): boolean => statfsSync(path).type === 0x794c7630

/**
 * Mounts an overlay and does in it what needs more than the mount: a removed file becomes a
 * whiteout, a directory that is made anew an opaque one.
 *
 * @returns why it does not work, undefined when it does
 */
function tryOverlay(context: Context): string | undefined {
  const lower = createSnapshot(context)
  const upper = createSnapshot(context)
  try {
    mkdirSync(`${lower.fs}/directory`)
    writeFileSync(`${lower.fs}/directory/file`, '')
    const layers = {
      name: 'probe',
      driver: 'overlay',
      layers: [lower.key],
      active: upper.key,
    } as const
    const plan = rootfsOf(context, layers)
    if (plan.kind !== 'overlay') throw new TypeError('a layer above another is an overlay')
    const { cwd, target, data } = plan
    const monitor = monitorOf(context)
    monitor.mount({ cwd, source: 'overlay', target, type: 'overlay', flags: 0, data })
    try {
      return tryMarks(`${target}/directory`)
    } finally {
      monitor.unmount(target)
    }
  } catch (error) {
    if (hasCode(error, 'ENOSPC', 'EDQUOT') || !(error instanceof Error)) throw error
    return error.message
  } finally {
    upper.discard()
    lower.discard()
  }
}

function tryMarks(directory: string): string | undefined {
  rmSync(`${directory}/file`)
  rmdirSync(directory)
  mkdirSync(directory)
  return readdirSync(directory).length === 0 ? undefined : 'it shows removed files again'
}
