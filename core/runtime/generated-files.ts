// SPDX-License-Identifier: Apache-2.0
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { Monitor } from '../../native-shim/monitor.ts'
import type { Context } from '../context.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { containerEnvFile } from '../spec/containerenv.ts'
import { hostnameFile } from '../spec/hostname.ts'
import { hostsFile } from '../spec/hosts.ts'
import { changesIds, type IdMappings } from '../spec/id-maps.ts'
import type { GeneratedFile } from '../spec/mounts.ts'
import type { Network, NetworkView } from '../spec/network.ts'
import { asksStub, resolvFile } from '../spec/resolv.ts'
import { version } from '../version.ts'
import { hostFile } from './host.ts'
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

export interface FileOptions {
  /** Of that run alone. */
  readonly folder: string
  readonly view: NetworkView
}

/**
 * Writes the files that are made for one run.
 *
 * @returns what to bind
 */
export function writeGeneratedFiles(
  context: Pick<Context, 'rights'>,
  plan: RunPlan,
  { folder, view }: FileOptions,
): GeneratedFile[] {
  const owner = ownerOf(plan)
  return Object.entries(texts(context, plan, view)).flatMap(([destination, text]) => {
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
  plan: RunPlan,
  view: NetworkView,
): Readonly<Record<string, string | undefined>> {
  const { hostname, subject, network, request } = plan
  const isConnected = network.kind !== 'none'
  const { noHosts = false, noHostname = false } = request.options
  return {
    '/etc/hosts': isConnected && !noHosts ? hostsText(plan, view) : undefined,
    '/etc/resolv.conf': isConnected ? resolvText(plan, view) : undefined,
    '/etc/hostname': noHostname ? undefined : hostnameFile(hostname),
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

const hostsText = ({ addedHosts, hostname, subject, request }: RunPlan, view: NetworkView) =>
  hostsFile({
    base: hostsBase(request.defaults),
    added: addedHosts,
    hostname,
    containerName: subject.name,
    ownAddresses: view.ownAddresses,
    hostAddress: view.hostAddress,
  })

/** The image's own is never the base: containers.conf's `image` is as good as none. */
const hostsBase = ({ baseHostsFile: path = '' }: EngineDefaults): string =>
  ['none', 'image'].includes(path) ? '' : (hostFile(path || '/etc/hosts') ?? '')

function resolvText({ dns, network }: RunPlan, view: NetworkView): string | undefined {
  const text = hostFile(resolvPath(network))
  const stub = text !== undefined && asksStub(text)
  const upstreamFile = stub ? hostFile('/run/systemd/resolve/resolv.conf') : undefined
  return resolvFile({ dns, network: view, hostFile: text, upstreamFile })
}

/** A namespace made by "ip netns add NAME" may have a file of its own; ip-netns(8). */
function resolvPath(network: Network): string {
  const name =
    network.kind === 'joined'
      ? /^\/(?:var\/)?run\/netns\/([^/]+)$/.exec(network.path)?.[1]
      : undefined
  const own = `/etc/netns/${name}/resolv.conf`
  return name !== undefined && existsSync(own) ? own : '/etc/resolv.conf'
}
