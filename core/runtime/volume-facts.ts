// SPDX-License-Identifier: Apache-2.0
import { chownSync, closeSync, constants, openSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Context } from '../context.ts'
import type { HostMounts } from '../spec/extra-mounts.ts'
import type { HostMountsOptions } from './host-mounts.ts'
import type { VolumeFacts } from './mount-ops.ts'
import type { HostSide } from './prepare.ts'
import type { RunPlan } from './run-plan.ts'

/** What the host has to have ready; most runs need nothing, and load nothing for it. */
export async function hostMountsOf(
  context: Context,
  plan: RunPlan,
  options: HostMountsOptions,
): Promise<HostMounts | undefined> {
  if (destinationsOf(plan).length === 0) return undefined
  const { prepareHostMounts } = await import('./mounts-main.ts')
  return prepareHostMounts(context, plan, options)
}

/** Where the container of this plan has mounts that others need not have. */
function destinationsOf({ asked, subject, subscriptions }: RunPlan): string[] {
  const { volumes = {} } = subject
  return [...asked.volumes, ...asked.mounts, ...subscriptions]
    .map(({ destination }) => destination)
    .concat(Object.keys(volumes))
}

/** What init is told of the mounts beside their spec. */
export function volumeFacts(
  plan: RunPlan,
  host: HostMounts | undefined,
  hostSide: HostSide = 'no',
): VolumeFacts {
  const { volumes, mounts } = plan.asked
  const owned = [...volumes, ...mounts].flatMap((mount) => {
    if (!mount.isOwned || mount.kind === 'tmpfs') return []
    return mount.kind === 'bind'
      ? mount.source
      : (host?.overlays.get(mount.destination)?.upper ?? [])
  })
  const snapshot = dirname(plan.subject.rootfs.target)
  const made = { always: `${snapshot}/made`, here: `${snapshot}/made-here` }
  if (hostSide !== 'no') for (const file of Object.values(made)) hand(file, plan)
  return {
    owned,
    made,
  }
}

/** Makes a file that the root of the container, who is somebody else here, can write to. */
function hand(file: string, { idMaps }: RunPlan): void {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW } = constants
  closeSync(openSync(file, O_WRONLY | O_CREAT | O_NOFOLLOW, 0o600))
  const rootOf = (maps: NonNullable<typeof idMaps>['uid'] | undefined) =>
    maps?.find(({ containerID }) => containerID === 0)?.hostID ?? 0
  chownSync(file, rootOf(idMaps?.uid), rootOf(idMaps?.gid))
}
