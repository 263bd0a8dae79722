// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { NamespaceType } from '../spec/namespaces.ts'
import { findContainer } from '../store/containers.ts'
import { containerLockPath } from '../store/layout.ts'
import { monitorOf } from '../store/lock-store.ts'
import { hostFile } from './host.ts'

/** The names of namespaces below /proc/PID/ns. */
export const namespaceFiles = {
  user: 'user',
  mount: 'mnt',
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  network: 'net',
  cgroup: 'cgroup',
} as const satisfies Readonly<Record<NamespaceType, string>>

/**
 * The path of a namespace of the program that runs in a working container now.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, NAMESPACE_UNAVAILABLE when nothing runs in it
 */
export function namespaceOfContainer(
  context: Pick<Context, 'paths' | 'rights' | 'monitor'>,
  nameOrId: string,
  type: NamespaceType,
): string {
  const { id, name } = findContainer(context, nameOrId)
  const init = initOf(lockHolder(context, id))
  if (init !== undefined) return `/proc/${init}/ns/${namespaceFiles[type]}`
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', `nothing runs in container ${name}`, {
    hint: 'start what is to be joined first: tsbuild run CONTAINER PROGRAM',
  })
}

/** Who uses the container: 0 for nobody, or somebody whom we cannot see. */
function lockHolder(context: Pick<Context, 'paths' | 'rights' | 'monitor'>, id: string): number {
  const lock = monitorOf(context).tryLock(containerLockPath(context.paths.root, id), 'exclusive')
  if ('holder' in lock) return lock.holder
  lock.release()
  return 0
}

/** A monitor's children are Node, while that plans, and the guard; init is the guard's first. */
function initOf(monitor: number): number | undefined {
  const name = nameOf(monitor)
  const guard = childrenOf(monitor).find((child) => nameOf(child) === name)
  return guard === undefined ? undefined : childrenOf(guard)[0]
}

const nameOf = (pid: number): string | undefined => hostFile(`/proc/${pid}/comm`)

/** In the order of their birth. @see proc_tid_children(5) */
const childrenOf = (pid: number): number[] =>
  (hostFile(`/proc/${pid}/task/${pid}/children`) ?? '')
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
