// SPDX-License-Identifier: Apache-2.0
import type { ContainerOptions } from '../options/container-options.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import type { EngineConf } from './engine-conf.ts'

/** The forms of a value in containers.conf. */
export interface Kinds {
  text: string
  flag: boolean
  number: number
  /** Text of octal digits. */
  octal: number
  list: readonly string[]
  /** A list of NAME=VALUE. */
  pairs: Readonly<Record<string, string>>
  lists: Readonly<Record<string, readonly string[]>>
}
export type Kind = keyof Kinds

interface Field<K extends Kind> {
  readonly kind: K
  readonly of: (value: Kinds[K]) => Partial<EngineConf>
}

/** All values of known keys, by `table.key`; each of the kind that its field has. */
export type ConfTable = Readonly<Record<string, Kinds[Kind]>>

/** The form of a key's value; undefined for one that says nothing to us. */
export const kindOf = (name: string): Kind | undefined =>
  Object.hasOwn(fields, name) ? fields[name as keyof typeof fields].kind : undefined

/** What the values mean. */
export function conf(table: ConfTable): EngineConf {
  const parts = Object.entries(table).map(([name, value]) => {
    const field = fields[name as keyof typeof fields]
    return (field.of as (value: unknown) => Partial<EngineConf>)(value)
  })
  return {
    options: Object.assign({}, ...parts.map(({ options }) => options)),
    defaults: Object.assign({}, ...parts.map(({ defaults }) => defaults)),
  }
}

/** An option with the value as it is; empty is "not said". */
const option = <K extends Kind>(kind: K, name: keyof ContainerOptions): Field<K> => ({
  kind,
  of: (value) => (isSaid(value) ? { options: { [name]: value } } : {}),
})

const fallback = <K extends Kind>(kind: K, name: keyof EngineDefaults): Field<K> => ({
  kind,
  of: (value) => ({ defaults: { [name]: value } }),
})

const isSaid = (value: Kinds[Kind]) =>
  !((typeof value === 'string' || Array.isArray(value)) && value.length === 0)

/** Read, so that a wrong form is told, but without a meaning for us; the manual says why. */
const unused = <K extends Kind>(kind: K): Field<K> => ({ kind, of: () => ({}) })

/** Of the ways to share a namespace only `host` differs from what we do anyway. */
const namespace = (name: 'pid' | 'ipc' | 'uts' | 'cgroupns'): Field<'text'> => ({
  kind: 'text',
  of: (value) => (value === 'host' ? { options: { [name]: 'host' } } : {}),
})

const fields = {
  'containers.annotations': fallback('pairs', 'annotations'),
  'containers.apparmor_profile': fallback('text', 'apparmorProfile'),
  'containers.base_hosts_file': fallback('text', 'baseHostsFile'),
  'containers.cgroupns': namespace('cgroupns'),
  'containers.default_capabilities': fallback('list', 'capabilities'),
  'containers.default_sysctls': fallback('list', 'sysctls'),
  'containers.default_ulimits': option('list', 'ulimit'),
  'containers.devices': option('list', 'device'),
  'containers.dns_options': option('list', 'dnsOption'),
  'containers.dns_searches': option('list', 'dnsSearch'),
  'containers.dns_servers': option('list', 'dns'),
  'containers.env': unused('list'),
  'containers.host_containers_internal_ip': fallback('text', 'hostContainersInternalIp'),
  'containers.http_proxy': option('flag', 'httpProxy'),
  'containers.ipcns': namespace('ipc'),
  'containers.netns': {
    kind: 'text',
    of: (value) => (isPrivate(value) ? {} : { options: { network: [value] } }),
  } satisfies Field<'text'>,
  'containers.no_hosts': option('flag', 'noHosts'),
  'containers.pidns': namespace('pid'),
  'containers.pids_limit': unused('number'),
  'containers.seccomp_profile': {
    kind: 'text',
    of: (value) => (value === '' ? {} : { options: { securityOpt: [`seccomp=${value}`] } }),
  } satisfies Field<'text'>,
  'containers.shm_size': option('text', 'shmSize'),
  'containers.tz': unused('text'),
  'containers.umask': fallback('octal', 'umask'),
  'containers.userns': unused('text'),
  'containers.utsns': namespace('uts'),
  'containers.volumes': option('list', 'volume'),
  'engine.hooks_dir': option('list', 'hooksDir'),
  'engine.network_cmd_options': fallback('list', 'slirpOptions'),
  'engine.network_cmd_path': fallback('text', 'slirpPath'),
  'engine.runtime': unused('text'),
  'engine.runtimes': fallback('lists', 'runtimes'),
  'network.cni_plugin_dirs': fallback('list', 'cniPluginDirs'),
  'network.default_network': unused('text'),
  'network.default_rootless_network_cmd': fallback('text', 'rootlessNetworkCommand'),
  'network.network_config_dir': fallback('text', 'networkConfigDir'),
  'network.pasta_options': fallback('list', 'pastaOptions'),
} as const

/** A network of its own is what a container has without a word. */
const isPrivate = (value: string) => ['', 'private', 'bridge'].includes(value)
