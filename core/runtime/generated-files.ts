// SPDX-License-Identifier: Apache-2.0
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import { containerEnvFile } from '../spec/containerenv.ts'
import { hostnameFile } from '../spec/hostname.ts'
import { hostsFile } from '../spec/hosts.ts'
import { changesIds, type IdMappings } from '../spec/id-maps.ts'
import type { GeneratedFile } from '../spec/mounts.ts'
import { resolvFile } from '../spec/resolv.ts'
import { version } from '../version.ts'
import { hostAddress, hostFile } from './host.ts'
import type { RunPlan } from './run-plan.ts'

/**
 * A tmpfs that only this command sees: it goes when the command does, however that ends. Init
 * gets a copy of our mounts when it starts, so this comes before.
 *
 * @returns its path
 */
export function mountPrivateFolder(
  { paths, rights }: Pick<Context, 'paths' | 'rights'>,
  monitor: Monitor,
): string {
  const folder = `${paths.runroot}/private`
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (rights.rung === 0) return folder // there is no mount; see bare/
  const mount = { cwd: '/', source: 'tsbuild', target: folder, type: 'tmpfs' }
  monitor.mount({ ...mount, flags: MS_NOSUID_NODEV_NOEXEC, data: 'mode=0700,size=16m' })
  return folder
}

/**
 * Writes the files that are made for one run.
 *
 * @param folder of that run alone
 * @returns what to bind
 */
export function writeGeneratedFiles(
  context: Pick<Context, 'rights'>,
  plan: RunPlan,
  folder: string,
): GeneratedFile[] {
  const owner = ownerOf(plan)
  return Object.entries(texts(context, plan)).flatMap(([destination, text]) => {
    if (text === undefined) return []
    const source = `${folder}/${destination.slice(destination.lastIndexOf('/') + 1)}`
    writeFileSync(source, text, { mode: 0o644 })
    if (owner !== undefined) chownSync(source, owner.uid, owner.gid)
    return [{ destination, source }]
  })
}

/** Root of a container whose ids are others here; undefined where it is we. */
function ownerOf({ idMaps }: RunPlan): { uid: number; gid: number } | undefined {
  if (idMaps === undefined || !changesIds(idMaps)) return undefined
  const hostId = (maps: IdMappings['uid']) =>
    maps.find(({ containerID }) => containerID === 0)?.hostID ?? 0
  return { uid: hostId(idMaps.uid), gid: hostId(idMaps.gid) }
}

/** mount(2). */
const MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8

/** By their place in the container; an undefined text leaves the image's file. */
function texts(
  { rights }: Pick<Context, 'rights'>,
  { hostname, subject, network }: RunPlan,
): Readonly<Record<string, string | undefined>> {
  return {
    '/etc/hosts': hostsFile({
      base: hostFile('/etc/hosts') ?? '',
      hostname,
      containerName: subject.name,
      network,
      hostAddress: network === 'slirp4netns' ? hostAddress() : undefined,
    }),
    '/etc/resolv.conf': resolvFile({ network, hostFile: hostFile('/etc/resolv.conf') }),
    '/etc/hostname': hostnameFile(hostname),
    '/run/.containerenv': containerEnvFile({
      version,
      name: subject.name,
      id: subject.id,
      image: subject.image?.name ?? '',
      imageId: subject.image?.id ?? '',
      rootless: rights.hostUid !== 0,
    }),
  }
}
