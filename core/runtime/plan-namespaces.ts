// SPDX-License-Identifier: Apache-2.0
import type { Isolation } from '../options/isolation.ts'
import type { NamespaceChoices } from '../options/namespaces.ts'
import type { Namespace, NamespaceSource } from '../spec/namespaces.ts'
import { listNamespaces } from '../spec/namespaces.ts'

export interface NamespaceRequest {
  readonly isolation: Isolation
  readonly choices: NamespaceChoices
  /** What the network options come to. */
  readonly network: NamespaceSource
  /** Whether containers of this user get a user namespace unless told otherwise. */
  readonly ownUser: boolean
  /** Whether the kernel has cgroup namespaces. */
  readonly hasCgroups: boolean
  /** The path of a namespace of a container that runs. */
  readonly pathOf: (container: string, type: keyof NamespaceChoices) => string
}

/** The namespaces of a container. */
export function planNamespaces(request: NamespaceRequest): Namespace[] {
  if (request.isolation === 'chroot') return [{ type: 'mount' }, { type: 'uts' }]
  const { network, ownUser, hasCgroups } = request
  return listNamespaces({
    user: sourceOf(request, 'user', ownUser ? 'private' : 'host'),
    pid: sourceOf(request, 'pid', 'private'),
    ipc: sourceOf(request, 'ipc', 'private'),
    uts: sourceOf(request, 'uts', 'private'),
    network,
    cgroup: hasCgroups ? sourceOf(request, 'cgroup', 'private') : 'host',
  })
}

function sourceOf(
  { choices, pathOf }: NamespaceRequest,
  type: keyof NamespaceChoices,
  otherwise: NamespaceSource,
): NamespaceSource {
  const choice = choices[type] ?? otherwise
  if (typeof choice === 'string' || 'path' in choice) return choice
  return { path: pathOf(choice.container, type) }
}
