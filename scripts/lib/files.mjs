// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * All files at and below `paths`, absolute and sorted; paths that do not exist have none.
 *
 * @param {readonly string[]} paths files or directories
 * @param {(path: string) => boolean} [wanted]
 * @returns {string[]}
 */
export function listFiles(paths, wanted = () => true) {
  const found = paths.flatMap((path) => {
    if (!existsSync(path)) return []
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
  })
  return found.filter(wanted).sort()
}

/**
 * One digest over names and bytes: it changes when a file is added, removed, renamed or edited.
 *
 * @param {readonly string[]} files
 * @param {string} [salt] anything else that the result depends on
 */
export function digestOf(files, salt = '') {
  const hash = createHash('sha256').update(salt)
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(file))
  return hash.digest('hex')
}

/**
 * Writes beside the target and renames, and only when the bytes differ, so that what depends on
 * the time of the file stays up to date.
 *
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {number} [mode]
 */
export function writeIfChanged(path, content, mode = 0o644) {
  const bytes = Buffer.from(content)
  const same = existsSync(path) && readFileSync(path).equals(bytes)
  if (same && (statSync(path).mode & 0o777) === mode) return
  mkdirSync(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.tmp`
  writeFileSync(beside, bytes, { mode })
  renameSync(beside, path)
}
