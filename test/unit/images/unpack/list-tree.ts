// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { bytePath, toBytes } from '../../../../core/lib/bytes.ts'
import { sys } from './scratch-root.ts'

/**
 * Everything that two trees must have in common to be the same, one line a file: type and mode,
 * owner, time, names, device, target, attributes and content.
 */
export function listTree(root: string): string[] {
  return list(toBytes(root), '.').sort()
}

function list(root: string, name: string): string[] {
  const path = `${root}/${name}`
  const stats = lstatSync(bytePath(path), { bigint: true })
  const line = [name, ...describeFile(path, stats)].join(' ')
  if (!stats.isDirectory()) return [line]
  const children = readdirSync(bytePath(path), { encoding: 'latin1' })
  return [line, ...children.flatMap((child) => list(root, `${name}/${child}`))]
}

function describeFile(path: string, stats: BigIntStats): string[] {
  const xattrs = sys.llistxattr(path).sort()
  return [
    stats.mode.toString(8),
    `${stats.uid}:${stats.gid}`,
    `${stats.mtimeNs}`,
    // Of a directory the file system decides.
    stats.isDirectory() ? '' : `${stats.nlink} ${stats.size}`,
    `${stats.rdev}`,
    stats.isSymbolicLink() ? readlinkSync(bytePath(path), 'latin1') : '',
    ...xattrs.map((name) => `${name}=${sys.lgetxattr(path, name).toString('hex')}`),
    stats.isFile() ? digest(path) : '',
  ]
}

const digest = (path: string) =>
  createHash('sha256')
    .update(readFileSync(bytePath(path)))
    .digest('hex')
