// SPDX-License-Identifier: Apache-2.0
import { posix } from 'node:path'

/** An absolute path without `.`, `..`, doubled slashes and a slash at its end. */
export const absolutePath = (workingDir: string | undefined, path: string): string =>
  posix.resolve('/', workingDir ?? '', path)

/** The same, but with a slash at its end when the path can only mean a directory: `x/`, `.`. */
export function absoluteDestination(workingDir: string | undefined, path: string): string {
  const clean = absolutePath(workingDir, path)
  const isDirectory = ['', '.', '..'].includes(path.slice(path.lastIndexOf('/') + 1))
  return isDirectory && clean !== '/' ? `${clean}/` : clean
}
