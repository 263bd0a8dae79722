// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, realpathSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { TsbuildError } from '../../core/lib/errors.ts'
import { detectPacking, type Packing } from '../compression.ts'
import { invalidArchive } from '../tar/invalid.ts'

/** A file of the host that is to be added to an image. */
export interface Source {
  /** As the user wrote it. */
  readonly given: string
  /** Absolute, without links. */
  readonly path: string
  readonly kind: 'file' | 'directory' | Exclude<Packing, 'none'>
}

/**
 * Looks at a source: links are followed, an archive is known by its content.
 *
 * @throws TsbuildError PATH_INVALID if it cannot be read, or is no file and no directory;
 *   ARCHIVE_INVALID if it is none against its name, or of a kind that we cannot read
 */
export async function inspectSource(given: string): Promise<Source> {
  try {
    const path = realpathSync(given)
    const stats = statSync(path)
    if (stats.isDirectory()) return { given, path, kind: 'directory' }
    if (!stats.isFile()) throw new Error('it is neither a file nor a directory')
    return { given, path, kind: await fileKind(path, basename(given)) }
  } catch (error) {
    throw sourceFailure(given, error, 'name a file, a directory or an archive that you can read')
  }
}

/**
 * A failure with one source, named as the user did.
 *
 * @param hint what to do where the failure itself does not tell
 */
export function sourceFailure(given: string, error: unknown, hint: string): TsbuildError {
  if (!(error instanceof TsbuildError)) {
    return new TsbuildError('PATH_INVALID', `cannot add ${given}`, { cause: error, hint })
  }
  return new TsbuildError(error.code, `cannot unpack ${given}`, {
    cause: error,
    hint: error.hint ?? 'make the archive again, or unpack it elsewhere and add the directory',
  })
}

/** Names that promise an archive: what has one and is none was damaged on the way. */
const ARCHIVE_NAME = /\.(?:tar|tar\.gz|tgz)$/

async function fileKind(path: string, name: string): Promise<Source['kind']> {
  const fd = openSync(path, 'r')
  try {
    const packing = await detectPacking(fd)
    if (packing !== 'none') return packing
  } finally {
    closeSync(fd)
  }
  if (!ARCHIVE_NAME.test(name)) return 'file'
  throw invalidArchive('it is no tar archive', {
    hint: 'fetch or make it again; to add the file as it is, give it another name',
  })
}
