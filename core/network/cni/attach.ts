// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs'
import type { ContainerMonitor } from '../../../native-shim/container-monitor.ts'
import type { Monitor } from '../../../native-shim/monitor.ts'
import type { Context } from '../../context.ts'
import type { EngineDefaults } from '../../options/engine-defaults.ts'
import type { ProcessIdentity } from '../../runtime/running.ts'
import { type CniNetwork, findNetworks } from './config.ts'
import { detachProgram } from './detach-program.ts'
import { pinPath } from './pin-path.ts'
import { type CniPlace, callPlugin, findPlugin } from './plugin.ts'
import {
  type AttachedNetwork,
  newAttachment,
  recordPath,
  recordsFolder,
  writeAttachment,
} from './record.ts'
import { type CniResult, cniResult } from './result.ts'

export interface AttachRequest {
  /** Of networks; the first becomes eth0. */
  readonly names: readonly string[]
  readonly containerId: string
  /** Init of the container, as the host numbers it. */
  readonly pid: number
  /** Its monitor, which takes it from its networks in the end. */
  readonly owner: ProcessIdentity
  /** For the container alone, on a file system that only this command sees. */
  readonly folder: string
  readonly defaults: Pick<EngineDefaults, 'cniPluginDirs' | 'networkConfigDir'>
}

/**
 * Adds a container to networks of CNI, in their order. What is begun is noted first, and the
 * container's monitor undoes it when the container is gone, however that comes about; if the
 * monitor is killed, the next command does.
 *
 * @returns what the networks said
 * @throws TsbuildError NETWORK_FAILED
 * @see CNI SPEC 1.0, section 3
 */
export async function attachNetworks(
  context: Context,
  { launcher, monitor }: { readonly launcher: Monitor; readonly monitor: ContainerMonitor },
  request: AttachRequest,
): Promise<CniResult[]> {
  const { names, containerId, owner, defaults } = request
  const networks = findNetworks(defaults.networkConfigDir || DEFAULT_CONFIG_DIR, names)
  const pluginDirs = pluginDirsOf(context, defaults)
  for (const network of networks) // all of them, before the first does anything
    for (const plugin of network.plugins)
      findPlugin(pluginDirs, { command: 'ADD', network, plugin })
  const netns = pinNamespace(launcher, request)
  mkdirSync(recordsFolder(context.paths), { recursive: true, mode: 0o700 })
  const path = recordPath(context.paths, containerId)
  const record = newAttachment({ containerId, owner, netns, pluginDirs })
  writeAttachment(path, record)
  await monitor.after(detachProgram(context, path))
  const attached: AttachedNetwork[] = []
  for (const [index, network] of networks.entries()) {
    const ifname = `eth${index}`
    writeAttachment(path, { ...record, networks: [...attached, { network, ifname, result: null }] })
    const place = { containerId, netns, ifname, pluginDirs, path: context.env['PATH'] ?? '' }
    const result = await addTo(place, network)
    context.trace('network', 'attached', { network: network.name, ifname, result })
    attached.push({ network, ifname, result: result ?? null })
    writeAttachment(path, { ...record, networks: attached })
  }
  return attached.map(({ result }) => cniResult(result))
}

/** As in buildah. */
const DEFAULT_CONFIG_DIR = '/etc/cni/net.d'

const defaultPluginDirs = [
  ...['/usr/local/libexec/cni', '/usr/libexec/cni', '/usr/local/lib/cni', '/usr/lib/cni'],
  '/opt/cni/bin',
]

function pluginDirsOf({ env }: Context, { cniPluginDirs }: AttachRequest['defaults']) {
  const given = (env['CNI_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  if (given.length > 0) return given
  return cniPluginDirs?.length ? cniPluginDirs : defaultPluginDirs
}

/** mount(2). */
const MS_BIND = 4096

/** Plugins undo some of their work in the namespace, so it must be there after the container. */
function pinNamespace(launcher: Monitor, { pid, folder }: AttachRequest): string {
  const target = pinPath(folder)
  writeFileSync(target, '')
  const mount = { cwd: '/', source: `/proc/${pid}/ns/net`, target, type: '' }
  launcher.mount({ ...mount, flags: MS_BIND, data: '' })
  return target
}

/** Each plugin gets what the one before it said. */
async function addTo(place: CniPlace, network: CniNetwork): Promise<unknown> {
  let result: unknown
  for (const plugin of network.plugins)
    result =
      (await callPlugin(place, { command: 'ADD', network, plugin, prevResult: result })) ?? result
  return result
}
