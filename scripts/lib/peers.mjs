// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { unpackPackage } from './apt.mjs'
import { at } from './paths.mjs'
import { command } from './steps.mjs'

/** Docker's registry, which Debian would start as a service if it were installed. */
export const registryFolder = at('.cache/peers/docker-registry')

/** The root file system of a minimal Debian, for tests with real programs. */
export const debianArchive = at('.cache/debian-minbase.tar')

/** Unpacks the registry. @returns {boolean} whether there was something to do */
export function makeRegistry() {
  if (existsSync(registryFolder)) return false
  unpackPackage('docker-registry', registryFolder)
  return true
}

/** Makes the Debian root file system, once: needs the network. @returns {boolean} as above */
export function makeDebian() {
  if (existsSync(debianArchive)) return false
  mkdirSync(at('.cache'), { recursive: true })
  const partial = at('.cache/debian-minbase.partial.tar')
  try {
    command(['mmdebstrap', '--quiet', '--variant=minbase', debianSuite(), partial])
    renameSync(partial, debianArchive)
  } finally {
    rmSync(partial, { force: true })
  }
  return true
}

/** The host's own suite: its archive is the one that is surely reachable and has its keys. */
function debianSuite() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
  const [, id] = /^ID="?([a-z]+)/m.exec(release) ?? []
  const [, suite] = /^VERSION_CODENAME="?([a-z]+)/m.exec(release) ?? []
  return id === 'debian' && suite !== undefined ? suite : 'bookworm'
}
