// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { resolve } from 'node:path'
import { compileIgnore } from '../containerfile/ignore.ts'
import type { IgnoreMatcher } from '../copy/origin.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { BuildRequest } from './request.ts'

/** What a build reads of the host. */
export interface BuildContext {
  /** Absolute, without links. */
  readonly root: string
  readonly containerfile: { readonly path: string; readonly text: string }
  readonly ignore: { readonly path: string; readonly matcher: IgnoreMatcher } | undefined
}

/** More is no Containerfile. */
const TEXT_BYTES_MAX = 4 * 1024 * 1024
const names = ['Containerfile', 'Dockerfile'] as const
const ignoreNames = ['.containerignore', '.dockerignore'] as const

/**
 * Finds the Containerfile and what is to be ignored. A relative `file` is looked up where the user
 * stands, then in the context; `-` is standard input.
 *
 * @throws TsbuildError PATH_INVALID
 */
export function openBuildContext(
  request: Pick<BuildRequest, 'contextDir' | 'file' | 'ignoreFile'>,
): BuildContext {
  const root = realDirectory(request.contextDir)
  const path = containerfilePath(root, request)
  const text = readText(path, 'the Containerfile')
  const ignorePath = request.ignoreFile ?? ignoreCandidates(root, path).find(existsSync)
  if (ignorePath === undefined) return { root, containerfile: { path, text }, ignore: undefined }
  const ignoreText = readText(ignorePath, 'the ignore file')
  const matcher = compileIgnore({ name: ignorePath, text: ignoreText })
  return { root, containerfile: { path, text }, ignore: { path: ignorePath, matcher } }
}

function realDirectory(given: string): string {
  try {
    const path = realpathSync(given)
    if (statSync(path).isDirectory()) return path
    throw new Error('it is not a directory')
  } catch (cause) {
    throw new TsbuildError('PATH_INVALID', `cannot use ${given} as build context`, {
      cause,
      hint: 'name the directory that holds the Containerfile and the files it copies',
    })
  }
}

function containerfilePath(root: string, { file }: Pick<BuildRequest, 'file'>): string {
  if (file === '-') return '/dev/stdin'
  if (file !== undefined) return existsSync(file) ? file : resolve(root, file)
  const found = names.map((name) => `${root}/${name}`).find(existsSync)
  if (found !== undefined) return found
  throw new TsbuildError('PATH_INVALID', `there is no Containerfile or Dockerfile in ${root}`, {
    hint: 'write one there, or name it with --file',
  })
}

/** Those beside the Containerfile are for it alone, so they come first; of two Docker's wins. */
const ignoreCandidates = (root: string, containerfile: string): string[] => [
  `${containerfile}.dockerignore`,
  `${containerfile}.containerignore`,
  ...ignoreNames.map((name) => `${root}/${name}`),
]

/** @throws TsbuildError PATH_INVALID for more than 4 MiB as well */
export function readText(path: string, what: string): string {
  try {
    return readAtMost(path, TEXT_BYTES_MAX).toString('utf8')
  } catch (cause) {
    throw new TsbuildError('PATH_INVALID', `cannot read ${what} ${path}`, {
      cause,
      hint: 'name a text file that you can read',
    })
  }
}

/** Also of what has no size: a pipe, a device. */
function readAtMost(path: string, maxBytes: number): Buffer {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    const bytes = Buffer.allocUnsafe(maxBytes + 1)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read)
      read = readSync(fd, bytes, length, bytes.length - length, null)
    if (length > maxBytes) throw new Error('it has more than 4 MiB')
    return bytes.subarray(0, length)
  } finally {
    closeSync(fd)
  }
}
