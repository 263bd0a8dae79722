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
import { findContainer } from '../store/containers.ts'
import { hasCgroupNamespaces } from './host.ts'
import { planNamespaces } from './plan-namespaces.ts'
import { isAlive, listNotes } from './running.ts'
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
  context: Pick<Context, 'rights' | 'env' | 'warn' | 'paths'>,
  { options, network, hostname }: IsolationFacts,
): IsolationPlan {
  const { rights, env, warn } = context
  const isRoot = rights.hostUid === 0
  const isolation = isolationOf({ option: options.isolation, env, isRoot })
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

/** The names of namespaces below /proc/PID/ns. */
const files = {
  ...{ user: 'user', pid: 'pid', ipc: 'ipc', uts: 'uts', cgroup: 'cgroup' },
  ...{ network: 'net', mount: 'mnt' },
} as const

/** To join the namespace that we are in is to share it. */
function isOurs({ type, path }: Namespace): boolean {
  if (path === undefined) return false
  const theirs = inodeOf(path)
  return theirs !== undefined && theirs === inodeOf(`/proc/self/ns/${files[type]}`)
}

function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino
  } catch {
    return undefined // whoever joins it says why
  }
}

/**
 * A namespace of the program that runs in a working container now.
 *
 * @throws TsbuildError NAMESPACE_UNAVAILABLE when nothing runs there
 */
export function namespaceOfContainer(
  context: Pick<Context, 'paths'>,
  nameOrId: string,
  type: keyof typeof files,
): string {
  const { id, name } = findContainer(context, nameOrId)
  const note = listNotes(context.paths.runroot).find((one) => one.id === id && isAlive(one.init))
  if (note !== undefined) return `/proc/${note.init.pid}/ns/${files[type]}`
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', `nothing runs in container ${name}`, {
    hint: 'start what is to be joined first: tsbuild run CONTAINER PROGRAM',
  })
}
