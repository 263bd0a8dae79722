// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import { type Isolation, isolationOf } from '../options/isolation.ts'
import { namespaceChoices } from '../options/namespaces.ts'
import { checkHostname } from '../spec/hostname.ts'
import type { IdMappings } from '../spec/id-maps.ts'
import { isOwn, type Namespace, type NamespaceSource } from '../spec/namespaces.ts'
import { hasCgroupNamespaces } from './host.ts'
import { planNamespaces } from './plan-namespaces.ts'
import { planUserNamespace } from './user-namespace.ts'

export interface IsolationPlan {
  readonly isolation: Isolation
  /** What is not listed is shared with the caller; what has a path is joined. */
  readonly namespaces: readonly Namespace[]
  /** Of a user namespace that is made; undefined without one. */
  readonly idMaps: IdMappings | undefined
  /** Empty where the name of the host is shared, as in buildah. */
  readonly hostname: string
}

export interface IsolationFacts {
  readonly options: ContainerOptions
  readonly network: NamespaceSource
  /** Of --hostname, or the container's own. */
  readonly hostname: string
}

/** How a container is kept apart. @throws TsbuildError of the options, NAMESPACE_UNAVAILABLE */
export function planIsolation(
  { rights, env, warn }: Pick<Context, 'rights' | 'env' | 'warn'>,
  { options, network, hostname }: IsolationFacts,
): IsolationPlan {
  const isRoot = rights.hostUid === 0
  const isolation = isolationOf({ option: options.isolation, env, isRoot })
  const choices = namespaceChoices(options)
  const user = planUserNamespace(rights, choices.user, options)
  const { namespaces, ignored } = planNamespaces({
    isolation,
    choices,
    network,
    user: user.choice,
    hasCgroups: hasCgroupNamespaces(),
    pathOf: notRunning,
  })
  if (ignored.length > 0)
    warn(`--isolation chroot shares all but mounts and host name: no ${ignored.join(', ')}`)
  return {
    isolation,
    namespaces,
    idMaps: isOwn(namespaces, 'user') ? user.idMaps : undefined,
    hostname: isOwn(namespaces, 'uts') ? checkHostname(hostname) : '',
  }
}

function notRunning(container: string): never {
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', `no program runs in container ${container}`, {
    hint: 'start one first: tsbuild run CONTAINER PROGRAM',
  })
}
