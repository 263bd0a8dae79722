// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { makeInMemory, removeFromMemory } from './in-memory.ts'
import { type Image, readLayout } from './oci-layout.ts'

/** The tools of others, run as whoever runs the tests: root. */

/** What skopeo reads from `source`, as `dir:PATH`. @param folder for the layout that it writes */
export function readBySkopeo(source: string, folder: string): Image {
  const layout = join(folder, source.replaceAll(/[/:]/g, '_'))
  mkdirSync(layout, { recursive: true })
  command(['skopeo', 'copy', '--quiet', source, `oci:${layout}:image`])
  return readLayout(layout, 'image')
}

/** Its defaults raise limits, which takes CAP_SYS_RESOURCE; crun refuses mixed cgroups. */
const limits = ['nofile', 'nproc'].map((name) => `--ulimit=${name}=1024:1024`)

/** Unpacks with umoci. @param image as `LAYOUT:TAG`. @returns the root file system */
export function unpackByUmoci(image: string, folder: string): string {
  command(['umoci', 'unpack', '--image', image, folder])
  return join(folder, 'rootfs')
}

/** Pulls and runs an image of any transport. @returns what its own command prints */
export function runByPodman(source: string): string {
  const parent = mkdtempSync('/tmp/podman-') // its run directory has at most 50 characters
  const folder = makeInMemory(join(parent, 'files'))
  try {
    const places = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')]
    const store = [...places, '--storage-driver=overlay']
    const podman = ['podman', ...store, '--cgroup-manager=cgroupfs', '--events-backend=none']
    const id = command([...podman, 'pull', '--quiet', source]).trim()
    return command([...podman, '--runtime=runc', 'run', '--rm', '--network=none', ...limits, id])
  } finally {
    removeFromMemory(folder)
    rmSync(parent, { recursive: true })
  }
}

/** @throws AssertionError with all that was printed unless the status is 0 */
function command(argv: readonly string[]): string {
  const [program = '', ...args] = argv
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  assert.equal(status, 0, `${argv.join(' ')} ended with ${status}: ${stdout}${stderr}`)
  return stdout
}
