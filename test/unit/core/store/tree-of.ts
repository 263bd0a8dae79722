// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Context } from '../../../../core/context.ts'
import { withRootfs } from '../../../../core/snapshot/mount.ts'
import { findContainer } from '../../../../core/store/containers.ts'
import { folders } from '../../../../core/store/layout.ts'

/** The text of a file in a container, undefined when it is not there. */
export async function readIn(context: Context, container: string, path: string) {
  return await withRootfs(context, findContainer(context, container), (rootFd) => {
    const full = join(`/proc/self/fd/${rootFd}`, path)
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined
  })
}

/** Does something to the files of a container, as a program in it would. */
export async function changeIn(
  context: Context,
  container: string,
  change: (root: string) => void,
): Promise<void> {
  const record = findContainer(context, container)
  await withRootfs(context, record, (rootFd) => change(`/proc/self/fd/${rootFd}`))
}

/** What there is in the folders of a store, to be compared; the store's own locks left out. */
export function leftovers({ paths }: Context): Record<string, string[]> {
  const entries = Object.values(folders).map((folder) => {
    const names = readdirSync(join(paths.root, folder)).filter(
      (name) => name !== 'store' && name !== 'content',
    )
    return [folder, names.sort()] as const
  })
  return Object.fromEntries(entries)
}

/** Keys of all snapshots there are. */
export const snapshotsIn = (context: Context): string[] =>
  leftovers(context)[folders.snapshots] ?? []

/** What `leftovers` finds in a store without containers and images. */
export const EMPTY_STORE: Readonly<Record<string, string[]>> = Object.fromEntries(
  Object.values(folders).map((folder) => [folder, []]),
)
