// SPDX-License-Identifier: Apache-2.0
/** What push and pull do when something is wrong: say so, and leave all as it was. */
import assert from 'node:assert/strict'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { check, runArgs, shell } from './support/rows.ts'

interface Row {
  readonly name: string
  /** Below the directory with the places; `@` stands for it. */
  readonly args: readonly string[]
  /** Does the damage. */
  readonly damage?: (folder: string) => void
  readonly stderr: RegExp
}

const blobs = (folder: string) => join(folder, 'oci/blobs/sha256')

/** The largest is the layer. */
const layerPath = (folder: string): string =>
  readdirSync(blobs(folder))
    .map((name) => join(blobs(folder), name))
    .reduce((a, b) => (readFileSync(a).length > readFileSync(b).length ? a : b))

/** Changes one byte in the middle of a file. */
function flip(path: string): void {
  const bytes = readFileSync(path)
  const middle = Math.floor(bytes.length / 2)
  bytes[middle] = (bytes[middle] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

const configPath = (folder: string, id: string) => join(blobs(folder), id)

const rows = (id: string): readonly Row[] => [
  {
    name: 'an unknown image',
    args: ['push', 'nobody', 'oci:@/new'],
    stderr: /no image "nobody"\n +hint: /,
  },
  {
    name: 'a registry to push to',
    args: ['push', 'site', 'docker://registry.example/site'],
    stderr: /"docker", which is not supported\n +hint: use oci:PATH.*no transport to registries/,
  },
  { name: 'no destination', args: ['push', 'site'], stderr: /destination/ },
  {
    name: 'a name to pull',
    args: ['pull', 'debian:12'],
    stderr: /"debian:12" names no transport\n +hint: /,
  },
  {
    name: 'a format that the transport has not',
    args: ['push', '--format', 'docker', 'site', 'oci:@/new'],
    stderr: /oci: holds images in the oci format.*\n +hint: .*docker-archive:, dir:/,
  },
  {
    name: 'an archive that is there',
    args: ['push', 'site', 'docker-archive:@/docker.tar'],
    stderr: /there is such a file\n +hint: /,
  },
  {
    name: 'a place that does not exist',
    args: ['pull', 'oci:@/nowhere'],
    stderr: /cannot read oci:.*nowhere\n +caused by: ENOENT.*\n +hint: /,
  },
  {
    name: 'a tag that does not exist',
    args: ['pull', 'oci:@/oci:2'],
    stderr: /no image "2" in oci:.*\n +hint: .*"1"/,
  },
  {
    name: 'an archive that is cut off',
    args: ['pull', 'docker-archive:@/docker.tar'],
    damage: (folder) => truncateSync(join(folder, 'docker.tar'), 100_000),
    stderr: /cannot read docker-archive:.*\n +caused by: it is cut off\n +hint: /,
  },
  {
    name: 'a layer that was changed',
    args: ['pull', '-q', 'oci:@/oci'],
    damage: (folder) => flip(layerPath(folder)),
    stderr: /sha256:.* is damaged: its content is another\n +hint: /,
  },
  {
    name: 'a layer that is cut off',
    args: ['pull', '-q', 'oci:@/oci'],
    damage: (folder) => truncateSync(layerPath(folder), 1000),
    stderr: /is damaged: it is shorter\n +hint: /,
  },
  {
    name: 'a config that was changed',
    args: ['pull', '-q', 'oci:@/oci'],
    damage: (folder) => flip(configPath(folder, id)),
    stderr: /is damaged: its content is sha256:.*\n +hint: /,
  },
  {
    name: 'a layer that is not the one of the config',
    args: ['pull', '-q', 'docker-archive:@/docker.tar'],
    damage: (folder) => flip(join(folder, 'docker.tar')),
    stderr: /(is damaged|checksum|unpacks to).*\n( +caused by: .*\n)?( +hint: .*\n)/,
  },
]

describe('push and pull', () => {
  matrix('say what is wrong, and leave all as it was', async (user) => {
    const id = await makeImage(user)
    const whole = join(user.directory, 'whole')
    await fill(user, whole)
    for (const { name, args, damage, stderr } of rows(id)) {
      const folder = damage === undefined ? whole : join(user.directory, 'damaged')
      if (damage !== undefined) {
        cpSync(whole, folder, { recursive: true })
        damage(folder)
      }
      const isPull = args[0] === 'pull'
      const empty = ['--root', join(user.directory, 'empty')]
      const before = readdirSync(folder)
      const all = [...(isPull ? empty : []), ...args.map((arg) => arg.replace('@', folder))]
      check(all, await user.tsbuild(all), { code: 125, stdout: '', stderr })
      assert.deepEqual(readdirSync(folder), before, name)
      if (damage !== undefined) rmSync(folder, { recursive: true })
    }
    for (const name of ['snapshots', 'images', 'blobs/sha256']) {
      assert.deepEqual(readdirSync(join(user.directory, 'empty', name)), [], name)
    }
  })

  matrix('do not pass on files that were changed behind the back of the store', async (user) => {
    await makeImage(user)
    const [file] = (
      await user.run(['find', join(user.root, 'snapshots'), '-name', 'mine'])
    ).stdout.split('\n')
    await user.ok(['unshare', 'sh', '-c', `echo other >${file}`])
    const args = ['push', '-q', 'site', `dir:${user.directory}/out`]
    check(args, await user.tsbuild(args), {
      code: 125,
      stderr: /the files of the layer sha256:.* were changed\n +caused by: .*\n +hint: remove/,
    })
    assert.equal(existsSync(join(user.directory, 'out')), false)
  })
})

async function makeImage(user: TestUser): Promise<string> {
  const container = await user.container('busybox')
  await user.ok(runArgs(container, shell('echo mine >/mine')))
  return (await user.ok(['commit', container, 'site'])).stdout.trim()
}

/** Fresh places, each with the image. */
async function fill(user: TestUser, folder: string): Promise<void> {
  mkdirSync(folder)
  chownSync(folder, user.uid, user.gid)
  for (const place of ['oci:@/oci:1', 'docker-archive:@/docker.tar', 'dir:@/kept']) {
    await user.ok(['push', '-q', 'site', place.replace('@', folder)])
  }
}
