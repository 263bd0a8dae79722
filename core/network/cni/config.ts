// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { hasCode } from '../../lib/errno.ts'
import { TsbuildError } from '../../lib/errors.ts'

/** A network as it is configured: plugins that are called one after the other. */
export interface CniNetwork {
  readonly name: string
  readonly cniVersion: string
  readonly plugins: readonly CniPlugin[]
}

export interface CniPlugin {
  /** The name of its program. */
  readonly type: string
  readonly [key: string]: unknown
}

/** A configuration is a page or two. */
const BYTES_MAX = 1 << 20

/**
 * The networks of those names, from the files of a directory in the order of their names; of
 * several with one name the first counts.
 *
 * @throws TsbuildError NETWORK_FAILED for a name that none has
 * @see CNI SPEC 1.0, section 1; libcni's ConfListFromDir for the endings
 */
export function findNetworks(folder: string, names: readonly string[]): CniNetwork[] {
  const unread: string[] = []
  const known = filesOf(folder).flatMap((path) => {
    try {
      return [readNetwork(path)]
    } catch (error) {
      unread.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
      return []
    }
  })
  return names.map((name) => known.find((one) => one.name === name) ?? missing(name, known))

  function missing(name: string, all: readonly CniNetwork[]): never {
    const have = all.map((one) => one.name).join(', ')
    throw new TsbuildError('NETWORK_FAILED', `there is no network ${JSON.stringify(name)}`, {
      cause: unread.length === 0 ? undefined : unread.join('; '),
      hint: have === '' ? `none is configured in ${folder}` : `in ${folder} there are: ${have}`,
    })
  }
}

function filesOf(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(conf|conflist|json)$/.test(name))
    return names.sort().map((name) => `${folder}/${name}`)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}

function readNetwork(path: string): CniNetwork {
  if (statSync(path).size > BYTES_MAX) throw new RangeError('it is too large')
  return parseNetwork(readFileSync(path, 'utf8'))
}

/**
 * A configuration (`.conf`) or a list of them (`.conflist`).
 *
 * @throws Error that says what is wrong with it
 */
export function parseNetwork(text: string): CniNetwork {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) throw new TypeError('it is no object')
  const { name, cniVersion = '0.1.0', plugins = [value] } = value
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name))
    throw new TypeError('its name is none')
  if (typeof cniVersion !== 'string') throw new TypeError('its cniVersion is no text')
  if (!Array.isArray(plugins) || plugins.length === 0 || !plugins.every(isPlugin))
    throw new TypeError('its plugins are none: each has a type, the name of its program')
  return { name, cniVersion, plugins }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The type becomes part of a path. */
const isPlugin = (value: unknown): value is CniPlugin =>
  isObject(value) && typeof value['type'] === 'string' && /^[A-Za-z0-9][\w.-]*$/.test(value['type'])
