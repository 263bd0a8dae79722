// SPDX-License-Identifier: Apache-2.0
import { lstatSync, mkdirSync } from 'node:fs'
import { posix } from 'node:path'
import { type AttributeRules, applyToPlace } from '../../images/unpack/attributes.ts'
import { splitPath } from '../../images/unpack/names.ts'
import type { FileTime } from '../../native-shim/syscalls.ts'
import { bytePath, toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { Owner } from './attributes.ts'
import { followLast, inDirectory } from './links.ts'
import type { Root } from './selection.ts'

/** A directory that takes what is copied, or the name that the one file gets. Byte strings. */
export type Destination =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'name'; readonly path: string }

export interface Place {
  /** Where relative destinations start. */
  readonly workingDir: string
  /** As it was written; empty for the working directory. */
  readonly destination: string
}

/**
 * Where a copy goes. It is a directory when it is written like one (`/` or `/.` at the end), when
 * there is one already, when a link leads there to nothing, or when `several` says so: that more
 * than one file is to find its place there.
 *
 * @throws TsbuildError PATH_INVALID if it has to be a directory and is something else
 */
export function findDestination(root: Root, place: Place, several: boolean): Destination {
  const { workingDir, destination } = place
  const path = toBytes(posix.resolve('/', workingDir, destination).slice(1))
  const asked = several || /(?:^|\/)\.{0,2}$/.test(destination)
  const found = look(root, path)
  if (found === 'directory' || found === 'link to nothing') return { kind: 'directory', path }
  if (found === 'nothing') return { kind: asked ? 'directory' : 'name', path }
  if (asked) throw notDirectory(destination)
  return { kind: 'name', path }
}

type Look = 'directory' | 'nothing' | 'link to nothing' | 'other'

function look(root: Root, path: string): Look {
  const led = followLast(root, path)
  const [parent, name] = splitPath(led)
  try {
    const stats = inDirectory(root, parent, (directory) =>
      lstatSync(bytePath(`${directory}/${name}`)),
    )
    return stats.isDirectory() ? 'directory' : 'other'
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
    return led === path ? 'nothing' : 'link to nothing'
  }
}

function notDirectory(destination: string, cause?: unknown): TsbuildError {
  const message = `cannot copy to ${JSON.stringify(destination)}: it is not a directory`
  return new TsbuildError('PATH_INVALID', message, {
    cause,
    hint: 'several files, and the content of directories and archives, need a directory',
  })
}

export interface NewDirectories extends Root {
  readonly rules: AttributeRules
  readonly owner: Owner
  readonly now: FileTime
}

/**
 * Makes a directory and those above it that are missing, mode 0755, also where links lead to
 * nothing.
 *
 * @returns its path without links
 */
export function makeDirectories(root: NewDirectories, path: string): string {
  if (path === '') return ''
  const [parent, name] = splitPath(path)
  const above = makeDirectories(root, parent)
  const direct = above === '' ? name : `${above}/${name}`
  const led = followLast(root, direct)
  try {
    inDirectory(root, led, () => {})
    return led
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  if (led !== direct) return makeDirectories(root, led)
  inDirectory(root, above, (directory, dirFd) => {
    const place = { dirFd, name, path: `${directory}/${name}` }
    mkdirSync(bytePath(place.path), 0o700)
    applyToPlace(place, newDirectory(root), root.rules)
  })
  return led
}

const newDirectory = ({ owner: { uid, gid }, now }: NewDirectories) =>
  ({
    type: 'directory',
    path: '.',
    mode: 0o755,
    uid,
    gid,
    mtime: now,
    linkTarget: '',
    device: { major: 0, minor: 0 },
    xattrs: new Map(),
  }) as const

export function now(): FileTime {
  const ms = Date.now()
  return { seconds: Math.floor(ms / 1000), nanoseconds: (ms % 1000) * 1_000_000 }
}
