// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { isHostRoot } from '../runtime/namespaces.ts'
import type { ContainerRecord } from '../store/container-record.ts'
import { linkName, snapshotName } from '../store/layout.ts'

/** How the root file system of a container comes to `target`, an empty directory of its own. */
export type RootfsPlan =
  | { readonly kind: 'directory'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'overlay'
      /** Relative names in `data` start here. */
      readonly cwd: string
      readonly target: string
      /** Options of the mount; all names in it are made of letters, digits, `-`, `_` and `/`. */
      readonly data: string
    }

/** @see Linux, fs/overlayfs/super.c, OVL_MAX_STACK */
const MAX_LOWER = 500
/** mount(2) takes one page, with the NUL at its end. */
const MAX_DATA_BYTES = 4095

/** Snapshots that are mounted above each other. */
export type MountedLayers = Pick<ContainerRecord, 'name' | 'driver' | 'layers' | 'active'>

/**
 * The plan for a container's root file system.
 *
 * Without layers below there is nothing that a whiteout could hide: then the active snapshot is
 * the root file system itself, as it always is with the copying driver. In a user namespace
 * overlay keeps its marks in user attributes; the host's root uses trusted ones, which programs
 * in a container cannot write.
 *
 * @throws TsbuildError RUNTIME_FAILED for more layers than the kernel takes
 */
export function rootfsOf({ paths, rights }: Context, record: MountedLayers): RootfsPlan {
  const { driver, layers, active } = record
  const snapshot = snapshotName(active)
  const target = `${paths.root}/${snapshot}/merged`
  if (driver === 'copy' || layers.length === 0) {
    return { kind: 'directory', path: `${paths.root}/${snapshot}/fs`, target }
  }
  // The kernel wants the uppermost first.
  const lower = layers.map(linkName).reverse().join(':')
  const options = [`lowerdir=${lower}`, `upperdir=${snapshot}/fs`, `workdir=${snapshot}/work`]
  const data = [...options, ...(isHostRoot(rights) ? [] : ['userxattr'])].join(',')
  if (layers.length > MAX_LOWER || data.length > MAX_DATA_BYTES) throw tooManyLayers(record)
  return { kind: 'overlay', cwd: paths.root, target, data }
}

function tooManyLayers({ name, layers }: MountedLayers): TsbuildError {
  const count = `${layers.length} layers, ${MAX_LOWER} are possible`
  const message = `cannot mount container ${name}: it has ${count}`
  return new TsbuildError('RUNTIME_FAILED', message, {
    hint: 'start again from an image with fewer layers',
  })
}
