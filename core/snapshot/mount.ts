// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { O_PATH } from '../../native-shim/syscalls.ts'
import type { Context } from '../context.ts'
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

function mountOverlay(context: Context, plan: RootfsPlan & { kind: 'overlay' }): void {
  const { cwd, target, data } = plan
  const request = { cwd, source: 'overlay', target, type: 'overlay', flags: 0, data }
  try {
    monitorOf(context).mount(request)
  } catch (cause) {
    throw new TsbuildError('RUNTIME_FAILED', `cannot mount an overlay on ${target}`, {
      cause,
      hint: 'the kernel log ("dmesg") may say more',
    })
  }
}
