// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { at } from './paths.mjs'
import { command } from './steps.mjs'

/**
 * @typedef {object} Locked
 * @property {string} version
 * @property {boolean} [optional] for another kind of machine, perhaps
 */

/** Installs node_modules unless it already holds what the lock file says. */
export function installNpmPackages() {
  if (isInstalled(readLock('package-lock.json'), readLock('node_modules/.package-lock.json'))) {
    return false
  }
  // Scripts of packages are never needed here, and never run.
  command(['npm', 'ci', '--ignore-scripts', '--no-progress'])
  return true
}

/**
 * Whether npm's own record of what it installed agrees with the lock file. Optional packages may
 * be absent: most are for other machines.
 *
 * @param {Record<string, Locked> | undefined} wanted
 * @param {Record<string, Locked> | undefined} installed undefined: not or not completely installed
 */
export function isInstalled(wanted = {}, installed) {
  if (installed === undefined) return false
  const names = Object.keys(wanted).filter((path) => path !== '')
  const right = (/** @type {string} */ path) =>
    installed[path] === undefined
      ? wanted[path]?.optional === true
      : installed[path].version === wanted[path]?.version
  return names.every(right) && Object.keys(installed).every((path) => wanted[path] !== undefined)
}

/** @param {string} path @returns {Record<string, Locked> | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(at(path), 'utf8')).packages
  } catch {
    return undefined
  }
}
