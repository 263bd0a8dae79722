// SPDX-License-Identifier: Apache-2.0
import { accessSync, constants, statSync } from 'node:fs'

/**
 * The absolute path of a program of the host.
 *
 * @param path the host's PATH
 * @returns undefined when no directory of it holds an executable file of that name
 */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? '').split(':').filter((folder) => folder.startsWith('/'))
  return folders.map((folder) => `${folder}/${name}`).find(isProgram)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
