// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync } from 'node:fs'
import { bytePath } from '../../core/lib/bytes.ts'
import { type AttributeRules, applyToPlace } from './attributes.ts'
import { describe, entryType, type Manner, type Ownership } from './describe.ts'
import type { OwnerTable } from './owner-table.ts'
import type { TreeTarget } from './tree.ts'
import { createTreeWriter, type TreeWriter } from './tree-writer.ts'

export interface CopyRequest {
  /** A byte string. */
  readonly source: string
  readonly ownership: Ownership
  /** With 'exact': the owners of links and special files below `source`. */
  readonly owners?: OwnerTable | undefined
  /** What `source` becomes below the target; '.' puts the content of a directory there. */
  readonly name: string
}

/**
 * Copies a file, or a directory with all below it: content, types, modes, times, attributes, and
 * the hard links among what is copied. Sockets are left out and counted. Of a directory that goes
 * to '.' only the content is copied, the target keeps its own attributes.
 */
export function copyTree(request: CopyRequest, target: TreeTarget): void {
  const writer = createTreeWriter(target)
  const { ownership, owners } = request
  const manner = { ownership, owners, sys: target.rules.sys }
  const copy = { writer, target, manner, firstNames: new Map() }
  try {
    if (request.name === '.') copyContent(copy, request.source, '.')
    else copyEntry(copy, request.source, request.name)
    writer.finish()
  } finally {
    writer.close()
  }
}

/** Gives the directory `to` owner, mode, attributes and time of `from`. */
export function copyAttributes(from: string, to: string, rules: AttributeRules): void {
  const stats = lstatSync(from, { bigint: true })
  const found = { source: from, type: 'directory', stats } as const
  const entry = describe(found, '.', { ownership: 'exact', sys: rules.sys })
  const dirFd = openSync(to, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    applyToPlace({ dirFd, name: '.', path: `/proc/self/fd/${dirFd}/.` }, entry, rules)
  } finally {
    closeSync(dirFd)
  }
}

interface Copy {
  readonly writer: TreeWriter
  readonly target: TreeTarget
  readonly manner: Manner
  /** Where a file with several names was copied to first, by device and inode. */
  readonly firstNames: Map<string, string>
}

function copyContent(copy: Copy, source: string, name: string): void {
  for (const child of readdirSync(bytePath(source), { encoding: 'latin1' })) {
    copyEntry(copy, `${source}/${child}`, `${name}/${child}`)
  }
}

function copyEntry(copy: Copy, source: string, name: string): void {
  const { writer, manner, target } = copy
  const stats = lstatSync(bytePath(source), { bigint: true })
  const type = entryType(stats)
  if (type === undefined) {
    target.rules.losses.sockets += 1
    return
  }
  const first = type === 'directory' ? undefined : firstName(copy, stats, name)
  const entry = describe({ source, type, stats }, name, manner)
  if (first !== undefined) writer.put({ ...entry, type: 'link', linkTarget: first })
  else if (entry.type === 'file') writer.putCopy(entry, source)
  else writer.put(entry)
  if (type === 'directory') copyContent(copy, source, name)
}

function firstName(copy: Copy, stats: BigIntStats, name: string): string | undefined {
  if (stats.nlink === 1n) return undefined
  const key = `${stats.dev}:${stats.ino}`
  const first = copy.firstNames.get(key)
  if (first === undefined) copy.firstNames.set(key, name)
  return first
}
