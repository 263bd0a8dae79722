// SPDX-License-Identifier: Apache-2.0
/**
 * Removes everything that the other scripts made below the checkout. Debian packages stay.
 *
 * A store holds files of subordinate ids, which only the user namespace may remove: so the stores
 * go first, while dist still has the program that opens it.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { at, dist } from './lib/paths.mjs'

const archives = readdirSync(at()).filter((name) => /^tsbuild-.*\.tgz$/.test(name))
const left = ['.demo', '.cache', ...archives, 'dist', 'node_modules'].filter(
  (name) => !remove(name),
)
if (left.length > 0) {
  console.error(`clean: cannot remove ${left.join(' ')}; type:\n  sudo rm -rf ${left.join(' ')}`)
  process.exitCode = 1
}

/** @param {string} name below the checkout @returns {boolean} whether it is gone */
function remove(name) {
  const path = at(name)
  if (!existsSync(path)) return true
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    removeInNamespace(path)
  }
  const gone = !existsSync(path)
  if (gone) console.log(`removed ${name}`)
  return gone
}

/** @param {string} path */
function removeInNamespace(path) {
  const tsbuild = `${dist}/bin/tsbuild`
  if (existsSync(tsbuild)) spawnSync(tsbuild, ['unshare', 'rm', '-rf', path], { stdio: 'inherit' })
}
