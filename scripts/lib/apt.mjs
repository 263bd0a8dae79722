// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from './packages.mjs'

const lockTimeout = ['-o', 'DPkg::Lock::Timeout=120']

/**
 * Installs Debian packages as root.
 *
 * The package lists are fetched only when installing fails without: on a machine that has them
 * this saves seconds.
 *
 * @param {readonly string[]} names at least one
 * @param {{ uid?: number | undefined }} [who]
 * @throws Error with what a user has to type, when we are not root or this is no Debian
 */
export function installPackages(names, { uid = process.getuid?.() } = {}) {
  if (uid !== 0) throw new Error(`some packages are missing; ${remedy(names)}`)
  if (findProgram('apt-get') === undefined) throw new Error(`no apt-get; ${remedy(names)}`)
  console.log(`apt-get install ${names.join(' ')}`)
  const install = [...lockTimeout, 'install', '-y', '--no-install-recommends', ...names]
  if (apt(install).status === 0) return
  must(apt([...lockTimeout, 'update']))
  must(apt(install))
}

/** @param {readonly string[]} names */
const remedy = (names) =>
  findProgram('apt-get') === undefined
    ? `install what this system calls: ${names.join(' ')}`
    : `type:\n  sudo apt-get install -y --no-install-recommends ${names.join(' ')}`

/**
 * Unpacks a package into a folder of ours without installing it: no service is started, nothing
 * outside the folder is touched, no root needed.
 *
 * @param {string} name
 * @param {string} target made when it is complete
 */
export function unpackPackage(name, target) {
  mkdirSync(dirname(target), { recursive: true })
  const scratch = mkdtempSync(`${target}-`)
  try {
    const download = ['-o', 'APT::Sandbox::User=root', 'download', name]
    if (apt(download, scratch).status !== 0) {
      if (process.getuid?.() === 0) must(apt([...lockTimeout, 'update']))
      must(apt(download, scratch))
    }
    const [archive = ''] = readdirSync(scratch)
    must(run(['dpkg', '-x', archive, 'tree'], scratch))
    rmSync(target, { recursive: true, force: true })
    renameSync(join(scratch, 'tree'), target)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** @param {string[]} args @param {string} [cwd] */
const apt = (args, cwd) => run(['apt-get', '-q', ...args], cwd)

/** @param {string[]} argv @param {string} [cwd] */
function run(argv, cwd) {
  const [program = '', ...args] = argv
  const child = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    maxBuffer: 1 << 26,
  })
  return { argv, status: child.status, output: `${child.stdout}${child.stderr}` }
}

/** @param {{ argv: string[], status: number | null, output: string }} result */
function must({ argv, status, output }) {
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with status ${status}:\n${output}`)
}
