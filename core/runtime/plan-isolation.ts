// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import { type Isolation, isolationOf } from '../options/isolation.ts'
import { namespaceChoices } from '../options/namespaces.ts'
import { checkHostname } from '../spec/hostname.ts'
import type { IdMappings } from '../spec/id-maps.ts'
import { isOwn, type Namespace, type NamespaceSource } from '../spec/namespaces.ts'
import { hasCgroupNamespaces } from './host.ts'
import { namespaceFiles, namespaceOfContainer } from './joinable.ts'
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
  context: Pick<Context, 'rights' | 'env' | 'warn' | 'paths' | 'monitor'>,
  { options, network, hostname }: IsolationFacts,
): IsolationPlan {
  const { rights, env, warn } = context
  const isRoot = rights.hostUid === 0
  const isolation = isolationOf({ option: options.isolation, env, isRoot })
  if (isolation === 'chroot' && rights.rung > 0) refuseNetwork(options.network?.at(-1))
  const choices = namespaceChoices(options)
  const user = planUserNamespace(rights, choices.user, options)
  const planned = planNamespaces({
    isolation,
    choices,
    network,
    user: user.choice,
    hasCgroups: hasCgroupNamespaces(),
    pathOf: (container, type) => namespaceOfContainer(context, container, type),
  })
  const { ignored } = planned
  if (ignored.length > 0)
    warn(`--isolation chroot shares all but mounts and host name: no ${ignored.join(', ')}`)
  const namespaces = planned.namespaces.filter((one) => !isOurs(one))
  return {
    isolation,
    namespaces,
    idMaps: isOwn(namespaces, 'user') ? user.idMaps : undefined,
    hostname: isOwn(namespaces, 'uts') ? checkHostname(hostname) : '',
  }
}

/** As buildah does: a network apart is asked for to keep something out. */
function refuseNetwork(word: string | undefined): void {
  if (word === undefined || word === 'host' || word === 'private') return
  throw new TsbuildError('USAGE', `--isolation chroot has no network ${JSON.stringify(word)}`, {
    hint: 'it shares the network of the host: --network host',
  })
}

/** To join the namespace that we are in is to share it. */
function isOurs({ type, path }: Namespace): boolean {
  if (path === undefined) return false
  const theirs = inodeOf(path)
  return theirs !== undefined && theirs === inodeOf(`/proc/self/ns/${namespaceFiles[type]}`)
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined // whoever joins it says why
  }
}
