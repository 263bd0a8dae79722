// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, type BigIntStats, readFileSync } from 'node:fs'
import { hasCode } from '../../core/lib/errno.ts'
import { type InodeRecord, inodeRecord, parseInodeRecord } from './inode-record.ts'

/**
 * Takes the records of links and special files, which cannot have user attributes. A file is
 * known by inode number and birth time: numbers are given again, names change with a rename.
 */
export interface OwnerSink {
  /** @param stats of the file itself, also when it was looked at through an overlay */
  add(stats: Inode, record: InodeRecord): void
}

/** The records of the links and special files of one or several snapshots. */
export interface OwnerTable {
  find(stats: Inode): InodeRecord | undefined
}

type Inode = Pick<BigIntStats, 'ino' | 'birthtimeNs'>

/**
 * A sink that appends to a table, which is made when there is something to write.
 *
 * An entry is a line break, inode number, birth time in ns, the record as in the attribute, and a
 * semicolon; the last one for a file counts. So one that a crash or a full disk cut off is none,
 * and does no harm to the next.
 */
export function appendOwners(path: string): OwnerSink {
  return {
    add({ ino, birthtimeNs }, record) {
      appendFileSync(path, `\n${ino} ${birthtimeNs} ${inodeRecord(record)};`, { mode: 0o600 })
    },
  }
}

/** The entries of these tables together; one that is not there is empty. */
export function readOwners(paths: readonly string[]): OwnerTable {
  const records = new Map<string, InodeRecord>()
  for (const line of paths.flatMap(linesOf)) {
    const [, key, value] = ENTRY.exec(line) ?? []
    const record = value === undefined ? undefined : parseInodeRecord(value)
    if (key !== undefined && record !== undefined) records.set(key, record)
  }
  return {
    find: ({ ino, birthtimeNs }) =>
      records.size === 0 ? undefined : records.get(`${ino} ${birthtimeNs}`),
  }
}

const ENTRY = /^([0-9]+ -?[0-9]+) ([0-9a-z:]+);$/

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'latin1').split('\n')
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    return []
  }
}
