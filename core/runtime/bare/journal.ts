// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs'
import { parseRecord } from '../../store/record.ts'

/** What lies among a snapshot's files for one run; see loans.ts. */
export interface LoanJournal {
  readonly version: number
  readonly entries: readonly LoanEntry[]
}

export interface LoanEntry {
  /** Below the root, a byte string. */
  readonly path: string
  /** `made`: a directory on the way, which stays when something else came to be in it. */
  readonly kind: 'made' | 'moved' | 'absent'
}

/** Beside the files of the snapshot, whose directory this is. */
export const journalPath = (snapshot: string): string => `${snapshot}/loans.json`

/** Where lies meanwhile what was there before. */
export const keptPath = (snapshot: string): string => `${snapshot}/kept`

/**
 * Takes back what a program had among its files for a run, if there is anything. Nobody may run in
 * them meanwhile.
 *
 * @param snapshot its directory
 */
export async function settleLoans(snapshot: string): Promise<void> {
  const path = journalPath(snapshot)
  if (!existsSync(path)) return
  const { entries } = parseRecord<LoanJournal>(readFileSync(path, 'utf8'), path, {
    version: (value) => typeof value === 'number',
    entries: (value) => Array.isArray(value) && value.every(isEntry),
  })
  const { takeBackAll } = await import('./loans-main.ts')
  takeBackAll(snapshot, entries)
}

const isEntry = (value: unknown): value is LoanEntry =>
  typeof value === 'object' &&
  value !== null &&
  'path' in value &&
  typeof value.path === 'string' &&
  'kind' in value &&
  typeof value.kind === 'string' &&
  ['made', 'moved', 'absent'].includes(value.kind)
