// SPDX-License-Identifier: Apache-2.0
import type { Isolation } from '../options/isolation.ts'
import type { NamespaceChoice, NamespaceChoices } from '../options/namespaces.ts'
import { listNamespaces, type Namespace, type NamespaceSource } from '../spec/namespaces.ts'

/** What a container can be named for. */
type Joinable = keyof NamespaceChoices

export interface NamespaceRequest {
  readonly isolation: Isolation
  readonly choices: NamespaceChoices
  /** What the network options come to. */
  readonly network: NamespaceSource
  readonly user: NamespaceChoice
  /** Whether the kernel has cgroup namespaces. */
  readonly hasCgroups: boolean
  /** The path of a namespace of a container that runs. */
  readonly pathOf: (container: string, type: Joinable) => string
}

export interface NamespacePlan {
  readonly namespaces: readonly Namespace[]
  /** Options that the isolation leaves without effect. */
  readonly ignored: readonly string[]
}

/**
 * The namespaces of a container. With `chroot` it has its own mounts and host name, and shares all
 * else, whatever the options say.
 */
export function planNamespaces(request: NamespaceRequest): NamespacePlan {
  const { isolation, choices, network, user, hasCgroups } = request
  if (isolation === 'chroot')
    return { namespaces: [{ type: 'mount' }, { type: 'uts' }], ignored: ignoredOf(request) }
  const source = (type: Joinable, choice: NamespaceChoice = 'private'): NamespaceSource =>
    typeof choice === 'string' || 'path' in choice
      ? choice
      : { path: request.pathOf(choice.container, type) }
  const namespaces = listNamespaces({
    user: source('user', user),
    pid: source('pid', choices.pid),
    ipc: source('ipc', choices.ipc),
    uts: source('uts', choices.uts),
    network,
    cgroup: hasCgroups ? source('cgroup', choices.cgroup) : 'host',
  })
  return { namespaces, ignored: [] }
}

function ignoredOf({ choices }: NamespaceRequest): string[] {
  const { uts, ...shared } = choices
  return [
    ...(uts === undefined || uts === 'private' ? [] : ['--uts']),
    ...Object.entries(shared).flatMap(([type, choice]) =>
      choice === 'host' ? [] : [optionOf[type as keyof typeof optionOf]],
    ),
  ]
}

const optionOf = { pid: '--pid', ipc: '--ipc', cgroup: '--cgroupns', user: '--userns' } as const
