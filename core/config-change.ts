// SPDX-License-Identifier: Apache-2.0
import type { ExecutionConfig, Healthcheck } from '../images/model.ts'
import type { ContainerRecord } from './store/container-record.ts'

/** One change of what the image will say; an empty list or text takes the setting away. */
export type ConfigChange =
  | Of<'env' | 'label' | 'annotation', { readonly name: string; readonly value: string }>
  | Of<'port' | 'volume' | `unset-${Collection}`, { readonly name: string }>
  | Of<'clear', { readonly what: Collection | 'onbuild' }>
  | Of<'cmd' | 'entrypoint' | 'shell', { readonly args: readonly string[] }>
  | Of<'healthcheck', { readonly check: Healthcheck }>
  | Of<'onbuild' | TextSetting, { readonly text: string }>

/** A type for each kind, so that they can be told apart. */
type Of<Kind extends string, Fields> = Kind extends string
  ? { readonly kind: Kind } & Fields
  : never

/** Settings that hold several things, each under a name. */
export type Collection = 'env' | 'label' | 'annotation' | 'port' | 'volume'

const configTexts = {
  user: 'User',
  workingdir: 'WorkingDir',
  'stop-signal': 'StopSignal',
  hostname: 'Hostname',
  domainname: 'Domainname',
} as const
const propertyTexts = {
  author: 'author',
  comment: 'comment',
  os: 'os',
  arch: 'architecture',
  variant: 'variant',
} as const
const recordTexts = { 'created-by': 'createdBy', 'history-comment': 'historyComment' } as const

export type TextSetting =
  | keyof typeof configTexts
  | keyof typeof propertyTexts
  | keyof typeof recordTexts

/** What of a container an image says. */
export type Settings = Pick<
  ContainerRecord,
  'config' | 'properties' | 'createdBy' | 'annotations' | 'historyComment'
>

/** The record with one change made; the given one stays as it is. */
export function applyChange<Record extends Settings>(record: Record, change: ConfigChange): Record {
  switch (change.kind) {
    case 'annotation':
      return { ...record, annotations: { ...record.annotations, [change.name]: change.value } }
    case 'unset-annotation':
      return { ...record, annotations: without(record.annotations, change.name) }
    case 'clear':
      if (change.what === 'annotation') return { ...record, annotations: {} }
      return withConfig(record, { [cleared[change.what]]: [] })
    case 'env':
    case 'unset-env':
    case 'label':
    case 'unset-label':
    case 'port':
    case 'unset-port':
    case 'volume':
    case 'unset-volume':
      return withConfig(record, changedCollection(record.config, change))
    case 'cmd':
      return withConfig(record, { Cmd: [...change.args] })
    case 'entrypoint':
      return withConfig(record, { Entrypoint: [...change.args] })
    case 'shell':
      return withConfig(record, { Shell: [...change.args] })
    case 'onbuild':
      return withConfig(record, { OnBuild: [...(record.config.OnBuild ?? []), change.text] })
    case 'healthcheck':
      return withConfig(record, { Healthcheck: merged(record.config.Healthcheck, change.check) })
    default:
      return withText(record, change.kind, change.text)
  }
}

const cleared = {
  env: 'Env',
  label: 'Labels',
  port: 'ExposedPorts',
  volume: 'Volumes',
  onbuild: 'OnBuild',
} as const

function withConfig<Record extends Settings>(record: Record, part: object): Record {
  const config = Object.entries({ ...record.config, ...part }).filter(isSet)
  return { ...record, config: Object.fromEntries(config) }
}

function isSet([, value]: readonly [string, unknown]): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== ''
}

type InConfig = Exclude<Collection, 'annotation'>
type CollectionChange = Extract<ConfigChange, { kind: InConfig | `unset-${InConfig}` }>

function changedCollection(config: ExecutionConfig, change: CollectionChange): ExecutionConfig {
  const { Env = [], Labels = {}, ExposedPorts = {}, Volumes = {} } = config
  switch (change.kind) {
    case 'env':
      return { Env: setVariable(Env, change.name, change.value) }
    case 'unset-env':
      return { Env: Env.filter((entry) => !sets(entry, change.name)) }
    case 'label':
      return { Labels: { ...Labels, [change.name]: change.value } }
    case 'unset-label':
      return { Labels: without(Labels, change.name) }
    case 'port':
      return { ExposedPorts: { ...ExposedPorts, [change.name]: {} } }
    case 'unset-port':
      return { ExposedPorts: without(ExposedPorts, change.name) }
    case 'volume':
      return { Volumes: { ...Volumes, [change.name]: {} } }
    case 'unset-volume':
      return { Volumes: without(Volumes, change.name) }
  }
}

function without<Value>(
  map: Readonly<Record<string, Value>> | undefined,
  name: string,
): Record<string, Value> {
  const { [name]: _gone, ...rest } = map ?? {}
  return rest
}

const sets = (entry: string, name: string) => entry.startsWith(`${name}=`)

/** A variable that is set keeps its place in the list. */
function setVariable(env: readonly string[], name: string, value: string): string[] {
  const entry = `${name}=${value}`
  if (!env.some((known) => sets(known, name))) return [...env, entry]
  return env.map((known) => (sets(known, name) ? entry : known))
}

/** An empty test takes all of it away; what is not said of a new one stays as it was. */
function merged(old: Healthcheck | undefined, check: Healthcheck): Healthcheck {
  return check.Test?.length === 0 ? {} : { ...old, ...check }
}

function withText<Record extends Settings>(
  record: Record,
  kind: TextSetting,
  text: string,
): Record {
  if (has(configTexts, kind)) return withConfig(record, { [configTexts[kind]]: text })
  if (has(recordTexts, kind)) return { ...record, [recordTexts[kind]]: text }
  const { [propertyTexts[kind]]: _old, ...others } = record.properties
  const properties = text === '' ? others : { ...others, [propertyTexts[kind]]: text }
  return { ...record, properties }
}

const has = <Table extends object>(table: Table, key: PropertyKey): key is keyof Table =>
  Object.hasOwn(table, key)
