// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync } from 'node:fs'
import { TsbuildError } from '../lib/errors.ts'

/** A profile as it lies on the host. */
export interface ProfileFile {
  readonly path: string
  readonly text: Buffer
}

/** The administrator's, then what comes with the container tools. @see containers.conf(5) */
const DEFAULT_PROFILES = ['/etc/containers/seccomp.json', '/usr/share/containers/seccomp.json']

/** The container engines' own has 16 KiB. */
const PROFILE_BYTES_MAX = 1 << 20

/** The profile for containers that ask for none; undefined on a machine without one. */
export function findDefaultProfile(paths: readonly string[] = DEFAULT_PROFILES) {
  for (const path of paths) {
    const text = readIfThere(path)
    if (text !== undefined) return { path, text }
  }
  return undefined
}

/** @throws TsbuildError SPEC_INVALID for a file that cannot be read */
export function readProfileFile(path: string): ProfileFile {
  const text = readIfThere(path)
  if (text === undefined) throw unreadable(path, 'there is no such file')
  return { path, text }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats === undefined) return undefined
    if (!stats.isFile() && !stats.isFIFO()) throw unreadable(path, 'it is no file')
    if (stats.size > PROFILE_BYTES_MAX) throw unreadable(path, 'it has more than 1 MiB')
    return readFileSync(path)
  } catch (cause) {
    throw cause instanceof TsbuildError ? cause : unreadable(path, cause)
  }
}

const unreadable = (path: string, cause: unknown) =>
  new TsbuildError('SPEC_INVALID', `cannot read the seccomp profile ${path}`, {
    cause: typeof cause === 'string' ? new Error(cause) : cause,
    hint: 'name a file that you can read, or go without: --security-opt seccomp=unconfined',
  })
