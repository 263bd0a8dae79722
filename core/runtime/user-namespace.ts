// SPDX-License-Identifier: Apache-2.0
import type { Rights } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import { type IdMapChoice, type IdMapSource, idMapChoice } from '../options/id-maps.ts'
import type { NamespaceChoice } from '../options/namespaces.ts'
import { type IdMappings, sameIds, withinIds } from '../spec/id-maps.ts'
import type { IdMapping } from '../spec/schema.ts'
import { subordinateIds } from '../spec/subordinate-ids.ts'
import { hostFile } from './host.ts'
import { containerIdMaps, isHostRoot } from './namespaces.ts'

export interface UserNamespacePlan {
  readonly choice: NamespaceChoice
  /** Undefined where none is made; those of one that exists are read when init is in it. */
  readonly idMaps: IdMappings | undefined
}

/**
 * The user namespace of a container: for root none unless it is asked for, for others one with
 * their ids.
 *
 * @throws TsbuildError USAGE for options that contradict each other, NAMESPACE_UNAVAILABLE for ids
 *   that this user cannot map
 */
export function planUserNamespace(
  rights: Rights,
  choice: NamespaceChoice | undefined,
  options: ContainerOptions,
): UserNamespacePlan {
  const maps = idMapChoice(options)
  if (maps !== undefined) return { choice: 'private', idMaps: mapped(rights, choice, maps) }
  const usual = containerIdMaps(rights)
  if (choice === undefined)
    return { choice: usual === undefined ? 'host' : 'private', idMaps: usual }
  return { choice, idMaps: choice === 'private' ? (usual ?? sameIds(rights)) : undefined }
}

function mapped(
  rights: Rights,
  choice: NamespaceChoice | undefined,
  maps: IdMapChoice,
): IdMappings {
  if (choice !== undefined && choice !== 'private')
    throw new TsbuildError('USAGE', 'ids are mapped in a user namespace of the container’s own', {
      hint: 'leave out --userns, or the options --userns-…-map',
    })
  const wanted = { uid: extentsOf(maps.uid), gid: extentsOf(maps.gid) }
  if (isHostRoot(rights)) return wanted
  return {
    uid: sameWithin(wanted.uid, rights.uidMap, 'user'),
    gid: sameWithin(wanted.gid, rights.gidMap, 'group'),
  }
}

function extentsOf(source: IdMapSource): readonly IdMapping[] {
  if ('extents' in source) return source.extents
  const { file, name } = source
  const accounts = hostFile(file === '/etc/subuid' ? '/etc/passwd' : '/etc/group') ?? ''
  const line = accounts.split('\n').find((one) => one.startsWith(`${name}:`))
  const id = line === undefined ? undefined : Number(line.split(':')[2])
  const extents = subordinateIds(hostFile(file) ?? '', { name, id })
  if (extents.length > 0) return extents
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', `${file} gives ${JSON.stringify(name)} no ids`, {
    hint: `add a line like "${name}:100000:65536" to ${file}`,
  })
}

/** In a user namespace a file keeps its ids: only root can show it with others. */
function sameWithin(
  wanted: readonly IdMapping[],
  ours: Rights['uidMap'],
  kind: 'user' | 'group',
): readonly IdMapping[] {
  const other = wanted.find(({ containerID, hostID }) => containerID !== hostID)
  const within = other === undefined ? withinIds(wanted, ours) : undefined
  if (within !== undefined) return within
  const what = other === undefined ? 'ids that you do not have' : `${kind} ids to other ones`
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', `only root can map ${what}`, {
    hint: 'map ids to themselves, like 0:0:1000, no more than "tsbuild info" shows; or run as root',
  })
}
