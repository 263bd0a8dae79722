// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

const maxRecordBytes = 1_048_576

/**
 * What lies in a store though no record names it: snapshots and blobs that should have been
 * reclaimed. Records are searched as text, so nothing of ours has to understand them.
 */
export function unnamed(root: string): string[] {
  const records = [...filesOf(root, 'containers'), ...filesOf(root, 'images')]
  const blobs = filesOf(root, 'blobs/sha256')
  const texts = [...records, ...filesOf(root, 'cache'), ...blobs, join(root, 'index.json')]
    .filter((path) => existsSync(path) && statSync(path).size <= maxRecordBytes)
    .map((path) => readFileSync(path, 'latin1'))
  const isNamed = (name: string) => texts.some((text) => text.includes(name))
  return ['snapshots', 'blobs/sha256'].flatMap((folder) =>
    namesIn(join(root, folder))
      .filter((name) => !isNamed(name))
      .map((name) => `${folder}/${name}`),
  )
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

const filesOf = (root: string, folder: string): string[] =>
  namesIn(join(root, folder)).map((name) => join(root, folder, name))
