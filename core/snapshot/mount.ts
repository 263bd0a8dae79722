// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import type { MountRequest } from '../../native-shim/monitor.ts'
import { O_PATH } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import { monitorOf } from '../store/lock-store.ts'
import { type MountedLayers, type RootfsPlan, rootfsOf } from './rootfs.ts'

/**
 * Gives `action` a descriptor (O_PATH) of the merged root directory of a container, which the
 * caller has locked. The mount is in our private mount namespace, and gone afterwards.
 */
export async function withRootfs<Result>(
  context: Context,
  record: MountedLayers,
  action: (rootFd: number) => Result | Promise<Result>,
): Promise<Result> {
  const plan = rootfsOf(context, record)
  const mounted = plan.kind === 'overlay'
  if (mounted) mountOverlay(context, plan)
  try {
    const rootFd = openSync(mounted ? plan.target : plan.path, O_PATH | constants.O_DIRECTORY)
    try {
      return await action(rootFd)
    } finally {
      closeSync(rootFd)
    }
  } finally {
    if (mounted) monitorOf(context).unmount(plan.target)
  }
}

/** Mounts a root file system at its target, for as long as this command is there. */
export function mountRootfs(context: Context, plan: RootfsPlan): void {
  const bind = { cwd: '/', type: '', flags: MS_BIND, data: '' }
  if (plan.kind === 'overlay') mountOverlay(context, plan)
  else mount(context, { ...bind, source: plan.path, target: plan.target })
}

/** Unmounts it where it is mounted. */
export function unmountRootfs(context: Context, { target }: RootfsPlan): void {
  try {
    monitorOf(context).unmount(target)
  } catch (error) {
    if (!hasCode(error, 'EINVAL')) throw error
  }
}

/** mount(2). */
const MS_BIND = 4096

function mountOverlay(context: Context, plan: RootfsPlan & { kind: 'overlay' }): void {
  const { cwd, target, data } = plan
  mount(context, { cwd, source: 'overlay', target, type: 'overlay', flags: 0, data })
}

function mount(context: Context, request: MountRequest): void {
  try {
    monitorOf(context).mount(request)
  } catch (cause) {
    const what = request.type === '' ? request.source : 'an overlay'
    throw new TsbuildError('RUNTIME_FAILED', `cannot mount ${what} on ${request.target}`, {
      cause,
      hint: 'the kernel log ("dmesg") may say more',
    })
  }
}
