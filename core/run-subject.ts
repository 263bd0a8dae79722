// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { Context } from './context.ts'
import { askedMounts } from './options/asked-mounts.ts'
import type { ContainerOptions } from './options/container-options.ts'
import type { RunSubject } from './runtime/run-plan.ts'
import { readMade } from './snapshot/made-file.ts'
import { rootfsOf } from './snapshot/rootfs.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { madePaths } from './store/layout.ts'

/**
 * What a command of a container runs in: with the container's own volumes, and without what runs
 * with other mounts than this one left. The caller has locked the container.
 */
export async function runSubject(
  context: Context,
  record: ContainerRecord,
  options: ContainerOptions,
): Promise<RunSubject> {
  const subject = { ...record, volumes: {}, rootfs: rootfsOf(context, record) }
  const hasVolumes = Object.keys(record.config.Volumes ?? {}).length > 0
  const hasPoints = hasOtherPoints(context, record, options)
  if (!hasVolumes && !hasPoints) return subject
  const { containerVolumes, dropMountPoints } = await import('./runtime/mounts-main.ts')
  if (hasPoints) await dropMountPoints(context, record, 'here')
  return { ...subject, volumes: await containerVolumes(context, record) }
}

/** Whether there are mount points of earlier runs that this one does not need again. */
function hasOtherPoints(
  { paths }: Pick<Context, 'paths'>,
  { active, config }: ContainerRecord,
  options: ContainerOptions,
): boolean {
  const file = madePaths(paths.root, active).here
  if (!existsSync(file)) return false
  const { volumes, mounts } = askedMounts(options)
  const asked = [...volumes, ...mounts].map(({ destination }) => destination)
  const needed = [...asked, ...Object.keys(config.Volumes ?? {})].map((path) => `${path}/`)
  return readMade(file).some(({ path }) => !needed.some((one) => one.startsWith(`${path}/`)))
}
