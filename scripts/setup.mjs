// SPDX-License-Identifier: Apache-2.0
/**
 * Installs what is missing, and only that: Debian packages and node_modules.
 *
 *   node scripts/setup.mjs [--peers]     --peers: also what the tests compare with
 */
import { parseArgs } from 'node:util'
import { installPackages } from './lib/apt.mjs'
import { installNpmPackages } from './lib/npm-packages.mjs'
import { missingPackages, peerPackages, productPackages } from './lib/packages.mjs'
import { makeDebian, makeRegistry } from './lib/peers.mjs'

const { peers } = parseArgs({ options: { peers: { type: 'boolean', default: false } } }).values

/** @type {readonly (readonly [string, () => boolean])[]} */
const steps = [
  ['debian packages', installDebianPackages],
  ['npm packages', installNpmPackages],
]
/** @type {typeof steps} */
const peerSteps = [
  ['registry', makeRegistry],
  ['debian rootfs', makeDebian],
]

try {
  for (const [name, run] of peers ? [...steps, ...peerSteps] : steps) {
    const start = performance.now()
    const made = run()
    const text = made ? `${((performance.now() - start) / 1000).toFixed(2)} s` : 'up to date'
    console.log(`${name.padEnd(16)} ${text}`)
  }
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

function installDebianPackages() {
  const missing = missingPackages(peers ? [...productPackages, ...peerPackages] : productPackages)
  if (missing.length > 0) installPackages(missing)
  return missing.length > 0
}
