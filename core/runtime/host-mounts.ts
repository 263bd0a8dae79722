// SPDX-License-Identifier: Apache-2.0
import { chmodSync, chownSync, existsSync, type Stats, statSync } from 'node:fs'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { AskedMount } from '../options/asked-mount.ts'
import { createSnapshot, type NewSnapshot } from '../snapshot/create.ts'
import { reclaim } from '../snapshot/reclaim.ts'
import type { HostMounts } from '../spec/extra-mounts.ts'
import { withStoreLock } from '../store/lock-store.ts'
import { copySubscriptions } from './copy-subscriptions.ts'
import { isHostRoot } from './namespaces.ts'
import type { HostSide } from './prepare.ts'
import type { RunPlan } from './run-plan.ts'

export interface HostMountsOptions {
  /** For copies, on a file system that init will see. */
  readonly folder: string
  /** Gets what is to be done when the container has ended. */
  readonly drops: (() => void)[]
  readonly hostSide: HostSide
}

/**
 * Makes ready on the host what the mounts of a run need.
 *
 * @throws TsbuildError PATH_INVALID for a source that is not there or of the wrong type
 */
export function prepareHostMounts(
  context: Context,
  { asked, subject, subscriptions }: RunPlan,
  { folder, drops, hostSide }: HostMountsOptions,
): HostMounts {
  const all = [...asked.volumes, ...asked.mounts]
  if (hostSide === 'mapped' && all.some(needsOurIds)) throw otherIds()
  const sources = all.map((mount) => ({ mount, stats: sourceStats(mount) }))
  if (all.some((mount) => mount.kind === 'bind' && mount.isRelabeled)) warnOfLabels(context)
  if (all.some(isDropped)) reclaim(context) // what earlier runs wrote
  const overlays = sources.flatMap(({ mount, stats }) =>
    mount.kind !== 'overlay' || stats === undefined
      ? []
      : [[mount.destination, mount.kept ?? writable(context, stats, drops)] as const],
  )
  return {
    overlays: new Map(overlays),
    userXattr: !isHostRoot(context.rights) || hostSide !== 'no',
    builtIn: subject.volumes ?? {},
    subscriptions: copySubscriptions(context, subscriptions, folder),
  }
}

/** Init, which does it, has other ids than we. */
const needsOurIds = (mount: AskedMount): boolean =>
  mount.kind === 'overlay' || (mount.kind === 'bind' && mount.isOwned)

const otherIds = () =>
  new TsbuildError('USAGE', 'volumes with O or U are not possible with ids of its own', {
    hint: 'leave out O and U, or the options --userns-…-map',
  })

const isDropped = (mount: AskedMount): boolean =>
  mount.kind === 'overlay' && mount.kept === undefined

function sourceStats(mount: AskedMount): Stats | undefined {
  if (mount.kind === 'tmpfs') return undefined
  const stats = statOf(mount.source)
  if (mount.kind === 'bind') return stats
  const { upper, work } = mount.kept ?? { upper: mount.source, work: mount.source }
  for (const path of [mount.source, upper, work])
    if (!statOf(path).isDirectory())
      throw new TsbuildError('PATH_INVALID', `cannot make an overlay of ${path}`, {
        cause: 'it is no directory',
        hint: 'leave out O to show a single file',
      })
  return stats
}

function statOf(path: string): Stats {
  try {
    return statSync(path)
  } catch (cause) {
    const isMissing = hasCode(cause, 'ENOENT', 'ENOTDIR')
    throw new TsbuildError('PATH_INVALID', `cannot mount ${path} of this machine`, {
      cause: isMissing ? 'it does not exist' : cause,
      hint: isMissing ? 'make it first' : 'as the user who runs this you have to be able to see it',
    })
  }
}

/** A snapshot that no record ever names takes what is written; it starts as the source is. */
function writable(context: Context, stats: Stats, drops: (() => void)[]) {
  const snapshot = withStoreLock(context, () => createSnapshot(context))
  drops.push(snapshot.discard)
  return foldersOf(snapshot, stats)
}

function foldersOf({ fs }: NewSnapshot, { mode, uid, gid }: Stats) {
  try {
    chownSync(fs, uid, gid)
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM')) throw error // nobody we know: ours, then
  }
  chmodSync(fs, mode & 0o7777)
  return { upper: fs, work: fs.replace(/fs$/, 'work') }
}

function warnOfLabels({ warn }: Pick<Context, 'warn'>): void {
  if (existsSync('/sys/fs/selinux/enforce'))
    warn('volumes get no SELinux labels yet: z and Z change nothing')
}
