// SPDX-License-Identifier: Apache-2.0
import type { ExecutionConfig, ImageConfig } from '../../images/model.ts'
import { areContainerOptions, type ContainerOptions } from '../options/container-options.ts'
import type { ImageLayer } from './image-record.ts'
import { isId } from './layout.ts'
import { parseRecord } from './record.ts'

/** 'overlay': layers are mounted above each other; 'copy': each container is a full tree. */
export type Driver = 'overlay' | 'copy'

/** A working container, as its file in the store holds it. */
export interface ContainerRecord {
  readonly version: number
  readonly id: string
  readonly name: string
  /** What it was made from; null for an empty one. */
  readonly image: { readonly id: string; readonly name: string } | null
  /** RFC 3339. */
  readonly created: string
  readonly driver: Driver
  /** The layers of the image it was made from; none where it started as a copy of their tree. */
  readonly base: readonly ImageLayer[]
  /** Snapshots that are only read, the lowest first: those of `base`, then its own. */
  readonly layers: readonly string[]
  /** The snapshot that takes what is written. */
  readonly active: string
  /** What is to run and how: the property `config` of an OCI image config. */
  readonly config: ExecutionConfig
  /** The other properties of the OCI image config: architecture, os, author, history, … */
  readonly properties: Omit<ImageConfig, 'config'>
  /** What the history of the image says about the layer that the next commit makes. */
  readonly createdBy: string
  /** And as its comment. */
  readonly historyComment?: string
  /** Of the manifest that the image gets. */
  readonly annotations?: Readonly<Record<string, string>>
  /** Snapshots for the VOLUMEs of its image, by their paths; made for the first run. */
  readonly volumes?: Readonly<Record<string, string>>
  /** Of all that runs in it. */
  readonly options?: ContainerOptions
}

/**
 * A container record from its file.
 *
 * This is the only reader of these files, and it is written by hand: `run` reads one at each
 * start, and a schema library costs more time there than all the rest of the reading. The table
 * below must name each field, the compiler sees to that.
 *
 * @param path of the file, for messages
 * @throws TsbuildError STORE_CORRUPT, STORE_NEWER
 */
export function parseContainerRecord(text: string, path: string): ContainerRecord {
  return parseRecord<ContainerRecord>(text, path, fields)
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isTextList: Check = (value) => Array.isArray(value) && value.every(isText)
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isTextMap: Check = (value) => isObject(value) && Object.values(value).every(isText)
const isIdMap: Check = (value) => isObject(value) && Object.values(value).every(isId)
const isKeys: Check = (value) => isObject(value) && Object.values(value).every(isObject)
const isOrigin: Check = (value) =>
  value === null || (isObject(value) && isTextMap(value) && 'id' in value && 'name' in value)

/** The outline: whoever makes an image of it checks the rest. */
const isLayer: Check = (value) =>
  isObject(value) &&
  isText(Reflect.get(value, 'diffId')) &&
  isTextList(Reflect.get(value, 'snapshots'))

const configFields: Record<keyof ExecutionConfig, Check> = {
  User: isText,
  ExposedPorts: isKeys,
  Env: isTextList,
  Entrypoint: isTextList,
  Cmd: isTextList,
  Volumes: isKeys,
  WorkingDir: isText,
  Labels: isTextMap,
  StopSignal: isText,
  Shell: isTextList,
  OnBuild: isTextList,
  Healthcheck: isObject,
  Hostname: isText,
  Domainname: isText,
}

/** All fields of this one are optional; others than these may be there. */
const isExecutionConfig: Check = (value) =>
  isObject(value) &&
  Object.entries(configFields).every(([name, check]) => {
    const found: unknown = Reflect.get(value, name)
    return found === undefined || check(found)
  })

const fields: Required<Record<keyof ContainerRecord, Check>> = {
  version: (value) => typeof value === 'number',
  id: isId,
  name: isText,
  image: isOrigin,
  created: isText,
  driver: (value) => value === 'overlay' || value === 'copy',
  base: (value) => Array.isArray(value) && value.every(isLayer),
  layers: (value) => Array.isArray(value) && value.every(isId),
  active: isId,
  config: isExecutionConfig,
  properties: isObject,
  createdBy: isText,
  historyComment: (value) => value === undefined || isText(value),
  annotations: (value) => value === undefined || isTextMap(value),
  volumes: (value) => value === undefined || isIdMap(value),
  options: (value) => value === undefined || areContainerOptions(value),
}
