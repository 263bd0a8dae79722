// SPDX-License-Identifier: Apache-2.0
import type { Mount } from '../../spec/schema.ts'

/** A mount that lets the container do more than the spec says. */
export interface WeakMount {
  readonly destination: string
  /** Words of the spec that do not hold, like `rro`. */
  readonly words: readonly string[]
  /** Whether the mount itself is as it should be, and only what lies below it is not. */
  readonly onlyBelow: boolean
}

/** Words that reach what is mounted below, and what the kernel says where they hold. */
const recursive: Readonly<Record<string, string>> = {
  rro: 'ro',
  rnosuid: 'nosuid',
  rnodev: 'nodev',
  rnoexec: 'noexec',
}

/**
 * The mounts of a spec that a runtime made weaker than it was told: older ones take the words that
 * begin with r for options of a file system, and a bind mount has none.
 *
 * @param mountinfo of the container's init, proc_pid_mountinfo(5)
 */
export function weakMounts(mountinfo: string, mounts: readonly Mount[]): WeakMount[] {
  const found = mountinfo.split('\n').filter(Boolean).map(parseLine)
  return mounts.flatMap(({ destination, options = [] }) => {
    const words = options.filter((word) => word in recursive)
    if (words.length === 0) return []
    const top = found.filter(({ path }) => path === destination).at(-1)
    const all = found.filter(({ path }) => isBelow(path, destination))
    const weak = words.filter((word) => top === undefined || !all.every(holds(word)))
    if (weak.length === 0) return []
    const onlyBelow = top !== undefined && weak.every((word) => holds(word)(top))
    return [{ destination, words: weak, onlyBelow }]
  })
}

interface Found {
  readonly path: string
  readonly options: readonly string[]
}

function parseLine(line: string): Found {
  const [, , , , path = '', options = ''] = line.split(' ')
  return { path: unescaped(path), options: options.split(',') }
}

/** Blanks and the like are written in octal. */
const unescaped = (path: string) =>
  path.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  )

const isBelow = (path: string, top: string) => path === top || path.startsWith(`${top}/`)

const holds =
  (word: string) =>
  ({ options }: Found): boolean =>
    options.includes(recursive[word] ?? word)
