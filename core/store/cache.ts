// SPDX-License-Identifier: Apache-2.0
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { pid } from 'node:process'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { readTextIfThere, TEMPORARY_SUFFIX } from '../lib/files.ts'
import { folders, isId, STORE_VERSION } from './layout.ts'
import { parseRecord } from './record.ts'

type Paths = Pick<Context, 'paths'>

/** What a step of a build made, under the key of all that went into it. */
export interface CacheRecord {
  readonly version: number
  /** 64 hex digits. */
  readonly key: string
  /** RFC 3339. */
  readonly created: string
  /** The layer it made; none when it changed nothing. */
  readonly snapshots: readonly string[]
  /** What the key is the digest of, for who wants to know why a step was not found. */
  readonly inputs: object
}

/** What was made under this key; undefined when there is nothing, or nothing that can be used. */
export function readCache({ paths }: Paths, key: string): CacheRecord | undefined {
  const path = cachePath(paths.root, key)
  const text = readTextIfThere(path)
  if (text === undefined) return undefined
  try {
    return parseRecord<CacheRecord>(text, path, fields)
  } catch (error) {
    // A record that was cut off by a crash costs a step, not the build.
    if (error instanceof TsbuildError && error.code === 'STORE_CORRUPT') return undefined
    throw error
  }
}

/**
 * From here on the step need not be done again, and its snapshot is kept. Not forced to the disk:
 * who loses it loses time.
 */
export function writeCache({ paths }: Paths, record: Omit<CacheRecord, 'version'>): void {
  const path = cachePath(paths.root, record.key)
  const temporary = `${path}.${pid}${TEMPORARY_SUFFIX}`
  const text = `${JSON.stringify({ version: STORE_VERSION, ...record })}\n`
  writeFileSync(temporary, text, { mode: 0o600 })
  renameSync(temporary, path)
}

export const listCache = (context: Paths): CacheRecord[] =>
  cacheKeys(context).flatMap((key) => readCache(context, key) ?? [])

/** The store must be locked. */
export function dropCache(context: Paths): void {
  for (const key of cacheKeys(context)) rmSync(cachePath(context.paths.root, key), { force: true })
}

function cacheKeys({ paths }: Paths): string[] {
  return readdirSync(`${paths.root}/${folders.cache}`)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .filter(isId)
}

const cachePath = (root: string, key: string) => `${root}/${folders.cache}/${key}.json`

type Check = (value: unknown) => boolean

const fields: Record<keyof CacheRecord, Check> = {
  version: (value) => typeof value === 'number',
  key: isId,
  created: (value) => typeof value === 'string',
  snapshots: (value) => Array.isArray(value) && value.every(isId),
  inputs: (value) => typeof value === 'object' && value !== null,
}
