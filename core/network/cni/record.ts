// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import type { StorePaths } from '../../lib/config.ts'
import { hasCode } from '../../lib/errno.ts'
import { writeFileAtomic } from '../../lib/files.ts'
import { STORE_VERSION } from '../../store/layout.ts'
import { parseRecord } from '../../store/record.ts'
import type { CniNetwork } from './config.ts'

/** What a container has of networks, written before any of it is there. */
export interface Attachment {
  readonly version: number
  readonly containerId: string
  /** Who takes the container from its networks in the end, unless it is killed. */
  readonly owner: { readonly pid: number; readonly startTime: string }
  /** Where the owner sees the network namespace, which outlives the container there. */
  readonly netns: string
  readonly pluginDirs: readonly string[]
  /** Those that were begun. */
  readonly networks: readonly AttachedNetwork[]
}

export interface AttachedNetwork {
  readonly network: CniNetwork
  readonly ifname: string
  /** What the last plugin said; null: it has not yet. */
  readonly result: unknown
}

export const recordsFolder = ({ runroot }: Pick<StorePaths, 'runroot'>): string =>
  `${runroot}/networks`

export const recordPath = (paths: Pick<StorePaths, 'runroot'>, containerId: string): string =>
  `${recordsFolder(paths)}/${containerId}.json`

export const writeAttachment = (path: string, record: Attachment): void =>
  writeFileAtomic(path, JSON.stringify(record))

export const removeAttachment = (path: string): void => rmSync(path, { force: true })

/** @returns undefined when there is none (any more) */
export function readAttachment(path: string): Attachment | undefined {
  try {
    return parseRecord<Attachment>(readFileSync(path, 'utf8'), path, {
      version: (value) => typeof value === 'number',
      containerId: (value) => typeof value === 'string',
      owner: (value) => typeof value === 'object' && value !== null,
      netns: (value) => typeof value === 'string',
      pluginDirs: Array.isArray,
      networks: Array.isArray,
    })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** The paths of all records. */
export function listAttachments(paths: Pick<StorePaths, 'runroot'>): string[] {
  const folder = recordsFolder(paths)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => `${folder}/${name}`)
}

export const newAttachment = (parts: Omit<Attachment, 'version' | 'networks'>): Attachment => ({
  version: STORE_VERSION,
  networks: [],
  ...parts,
})
