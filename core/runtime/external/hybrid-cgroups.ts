// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../../context.ts'
import { monitorOf } from '../../store/lock-store.ts'
import { hostFile } from '../host.ts'

/** Where version 2 lies on a host that has both, cgroups(7). */
const CONTROLLERS = '/sys/fs/cgroup/unified/cgroup.controllers'

/** mount(2). */
const MS_BIND = 4096

/**
 * crun refuses a host with controllers in both versions of cgroups, even when told to leave them
 * alone; others do not look. No container of ours uses those of version 2, so runtimes see none: in
 * our private mount namespace, of which they have copies.
 */
export function hideHybridControllers(context: Context): void {
  if (!hostFile(CONTROLLERS)) return
  const request = { cwd: '/', source: '/dev/null', target: CONTROLLERS, type: '' }
  monitorOf(context).mount({ ...request, flags: MS_BIND, data: '' })
}
