// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from 'node:fs'
import { isStatic } from './elf.mjs'

/**
 * @typedef {object} DebianPackage
 * @property {string} name
 * @property {string} proof a program looked for in the usual folders, or an absolute path: what
 *   is there needs no package manager, whoever put it there
 * @property {boolean} [linked] false: a program that needs libraries is no proof
 */

/**
 * What the product itself needs at run time, and the demo's root file system.
 *
 * @type {readonly DebianPackage[]}
 */
export const productPackages = [
  { name: 'slirp4netns', proof: 'slirp4netns' },
  { name: 'uidmap', proof: 'newuidmap' },
  { name: 'busybox-static', proof: 'busybox', linked: false },
]

/**
 * What the tests compare with and drive.
 *
 * @type {readonly DebianPackage[]}
 */
export const peerPackages = [
  { name: 'acl', proof: 'setfacl' },
  { name: 'attr', proof: 'setfattr' },
  { name: 'buildah', proof: 'buildah' },
  { name: 'bzip2', proof: 'bzip2' },
  { name: 'clang-format', proof: 'clang-format' },
  { name: 'containernetworking-plugins', proof: '/usr/lib/cni/bridge' },
  { name: 'crun', proof: 'crun' },
  { name: 'gcc-aarch64-linux-gnu', proof: 'aarch64-linux-gnu-gcc' },
  { name: 'git', proof: 'git' },
  { name: 'iproute2', proof: 'ip' },
  { name: 'libc6-dev-arm64-cross', proof: '/usr/aarch64-linux-gnu/include/stdio.h' },
  { name: 'libcap2-bin', proof: 'setcap' },
  { name: 'mmdebstrap', proof: 'mmdebstrap' },
  { name: 'passt', proof: 'pasta' },
  { name: 'podman', proof: 'podman' },
  { name: 'procps', proof: 'ps' },
  { name: 'runc', proof: 'runc' },
  { name: 'shellcheck', proof: 'shellcheck' },
  { name: 'skopeo', proof: 'skopeo' },
  { name: 'strace', proof: 'strace' },
  { name: 'tmux', proof: 'tmux' },
  { name: 'umoci', proof: 'umoci' },
  { name: 'xz-utils', proof: 'xz' },
  { name: 'zstd', proof: 'zstd' },
]

const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * Where a program is. A user's PATH often lacks the sbin folders.
 *
 * @param {string} name
 * @returns {string | undefined}
 */
export const findProgram = (name) =>
  [...(process.env['PATH'] ?? '').split(':').filter((folder) => folder !== ''), ...folders]
    .map((folder) => `${folder}/${name}`)
    .find((path) => existsSync(path))

/**
 * Names of the packages whose proof is not on this machine.
 *
 * @param {readonly DebianPackage[]} packages
 */
export const missingPackages = (packages) =>
  packages.filter((wanted) => !isPresent(wanted)).map(({ name }) => name)

/** @param {DebianPackage} wanted */
function isPresent({ proof, linked = true }) {
  const path = proof.startsWith('/') ? proof : findProgram(proof)
  return path !== undefined && existsSync(path) && (linked || isStatic(readFileSync(path)))
}
