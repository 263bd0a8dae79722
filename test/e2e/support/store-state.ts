// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Everything in a store but the files of the layers: what a failed command must not change. */
export function storeState(root: string): Readonly<Record<string, string>> {
  const folders = ['.', 'containers', 'images', 'snapshots', 'l']
  const names = folders.flatMap((folder) =>
    existsSync(join(root, folder))
      ? readdirSync(join(root, folder)).map((name) => join(folder, name))
      : [],
  )
  return Object.fromEntries(names.map((name) => [name, textOf(join(root, name))]))
}

const textOf = (path: string): string =>
  /(\.json|version)$/.test(path) ? readFileSync(path, 'utf8') : ''
