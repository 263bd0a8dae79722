// SPDX-License-Identifier: Apache-2.0
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { RootfsPlan } from '../snapshot/rootfs.ts'
import type { Namespace } from '../spec/namespaces.ts'
import { MS } from './kernel.ts'
import { cloneFlags } from './namespaces.ts'

export interface PrepareRequest {
  readonly id: string
  readonly rootfs: RootfsPlan
  /** Of the spec; pid and user are made by clone, those with a path joined before, others here. */
  readonly namespaces: readonly Namespace[]
  /** setgroups(2) was denied for good, or the groups of the caller are to stay. */
  readonly leaveGroups: boolean
  /** Root file system and sources come from the monitor: what the host's root alone may do. */
  readonly hostSide: HostSide
}

/** `mapped`: with the ids of the container; `same`: ids need no change; `no`: by init itself. */
export type HostSide = 'mapped' | 'same' | 'no'

/** passwd(5) and group(5) of an image, at most: bounded, for a stranger makes them. */
const ACCOUNT_FILE_BYTES_MAX = 1 << 20

export const accountFiles = { passwd: '/etc/passwd', group: '/etc/group' } as const

/**
 * What init does first: its namespaces and the root file system, up to where its accounts can be
 * read. The user of the spec depends on them.
 */
export function prepareOps(request: PrepareRequest): Op[] {
  const { id, rootfs, namespaces, leaveGroups, hostSide } = request
  const later = namespaces.filter(({ type }) => type !== 'pid' && type !== 'user')
  return [
    ['unshare', cloneFlags(later)],
    ['session'],
    ['keyring', `_ses.${id}`],
    ...(leaveGroups ? [] : ([['groups', packList([])]] satisfies Op[])),
    ['umask', 0],
    // Not private: what the host mounts from now on may come in, nothing of ours goes out.
    ['propagation', '/', MS.rec | MS.slave],
    ...(hostSide === 'no' ? [rootfsOp(rootfs)] : mappedRootOps(rootfs, hostSide)),
    ...accountFileOps,
  ]
}

export const accountFileOps = Object.values(accountFiles).map(
  (path): Op => ['read-file', path, ACCOUNT_FILE_BYTES_MAX],
)

function rootfsOp(plan: RootfsPlan): Op {
  if (plan.kind === 'directory') return ['rootfs-bind', plan.path, plan.target]
  return ['rootfs-mount', plan.cwd, 'overlay', plan.target, 'overlay', 0, plan.data]
}

// The mounter's rights are what an overlay works with, and the names of its marks depend on them.
function mappedRootOps(plan: RootfsPlan, hostSide: 'mapped' | 'same'): Op[] {
  const mapped = hostSide === 'mapped' ? 1 : 0
  const { target } = plan
  const root: Op =
    plan.kind === 'directory'
      ? ['rootfs-mapped', plan.path, plan.path, target, '', 0, '', mapped]
      : ['rootfs-mapped', plan.cwd, 'overlay', target, 'overlay', 0, plan.data, mapped]
  return [root, ['host-sources']]
}
