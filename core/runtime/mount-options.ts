// SPDX-License-Identifier: Apache-2.0
import { MOUNT_ATTR, MS } from './kernel.ts'

/** Mount options of a spec, sorted by what they act on. */
export interface MountOptions {
  readonly isBind: boolean
  readonly isRecursive: boolean
  /** MOUNT_ATTR_* of the mount itself. */
  readonly attributes: number
  /** MOUNT_ATTR_* of it and of all below it: the options that begin with r. */
  readonly allAttributes: number
  /** MS_* propagation of the mount itself, and of all below it. */
  readonly propagation: number
  readonly allPropagation: number
  /** What the file system itself reads: `mode=755,size=64m`. */
  readonly data: string
}

/**
 * @param options words of a spec's mount; a word that is no flag belongs to the file system
 * @see OCI runtime-spec, config.md, "Linux mount options"
 */
export function parseMountOptions(options: readonly string[]): MountOptions {
  const all = (table: Readonly<Record<string, number>>) =>
    options.reduce((bits, word) => bits | (table[word] ?? 0), 0)
  return {
    isBind: options.some((word) => word === 'bind' || word === 'rbind'),
    isRecursive: options.includes('rbind'),
    attributes: all(attributeOf),
    allAttributes: all(recursiveAttributeOf),
    propagation: all(propagationOf),
    allPropagation: all(recursivePropagationOf),
    data: options.filter((word) => !isFlag(word)).join(','),
  }
}

/** Words that name what holds anyway. */
const defaults = ['bind', 'rbind', 'rw', 'suid', 'dev', 'exec', 'relatime', 'defaults', 'async']

const attributeOf: Readonly<Record<string, number>> = {
  ro: MOUNT_ATTR.rdonly,
  nosuid: MOUNT_ATTR.nosuid,
  nodev: MOUNT_ATTR.nodev,
  noexec: MOUNT_ATTR.noexec,
  noatime: MOUNT_ATTR.noatime,
  strictatime: MOUNT_ATTR.strictatime,
  nodiratime: MOUNT_ATTR.nodiratime,
  nosymfollow: MOUNT_ATTR.nosymfollow,
}

const recursiveAttributeOf: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(attributeOf).map(([word, bits]) => [`r${word}`, bits]),
)

const propagationOf: Readonly<Record<string, number>> = {
  private: MS.private,
  slave: MS.slave,
  shared: MS.shared,
  unbindable: MS.unbindable,
}

const recursivePropagationOf: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(propagationOf).map(([word, bits]) => [`r${word}`, bits]),
)

const tables = [attributeOf, recursiveAttributeOf, propagationOf, recursivePropagationOf]

const isFlag = (word: string) => defaults.includes(word) || tables.some((table) => word in table)
