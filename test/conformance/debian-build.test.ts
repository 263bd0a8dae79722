// SPDX-License-Identifier: Apache-2.0
/**
 * Two stages on a Debian root file system with packages from the network, built without root:
 * the images are those that Debian's buildah makes, and its other tools read and run them.
 */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { fixture, makeContext } from './support/build-cases.ts'
import {
  type Builder,
  type BuildRequest,
  buildahBuilder,
  removeMounts,
  tsbuildBuilder,
} from './support/builders.ts'
import { assertSame, type Exclusion } from './support/compare-images.ts'
import { makeInMemory, removeFromMemory } from './support/in-memory.ts'
import type { Image } from './support/oci-layout.ts'
import { readBySkopeo, runByPodman, unpackByUmoci } from './support/peers.ts'

const exclusions: readonly Exclusion[] = [
  { path: /^$/, reason: 'buildah’s layers have no entry for the root directory' },
  { path: /^(copied\/)?etc\/hosts$/, reason: 'a mount point that buildah leaves, empty' },
  {
    path: /^(etc|run)$/,
    field: 'mtimeSeconds',
    reason: 'buildah makes mount points in them, and takes them away',
  },
  { path: /^var\/log\/apt\/history\.log$/, reason: 'apt writes the time into it' },
  { path: /^var\/log\/apt\/term\.log$/, reason: 'apt writes the time into it' },
  { path: /^var\/log\/dpkg\.log$/, reason: 'dpkg writes the time into it' },
]

const peers = ['buildah', 'skopeo', 'umoci', 'podman', 'slirp4netns'] as const

describe('Debian packages and two stages', () => {
  matrix('give the image that buildah makes, and its other tools take it', check, {
    kinds: ['subid'],
    needs: [
      ...(['root', 'tun', 'internet', 'debian rootfs'] as const),
      ...peers.map((name) => `program:${name}` as const),
    ],
  })
})

async function check(user: TestUser): Promise<void> {
  try {
    await compare(user)
  } finally {
    removeMounts(join(user.directory, 'oracle'))
    for (const name of ['oracle', 'peers']) removeFromMemory(join(user.directory, name))
  }
}

async function compare(user: TestUser): Promise<void> {
  const builtSince = new Date()
  const theirs = buildahBuilder(makeInMemory(join(user.directory, 'oracle')), 'host')
  const ours = tsbuildBuilder(user, { folder: ownFolder(user, 'ours'), network: 'slirp4netns' })
  const images = await Promise.all([ours, theirs].map((builder) => buildAll(user, builder)))
  const [mine, other] = images
  assert.ok(mine !== undefined && other !== undefined)
  for (const name of ['packages', 'final'] as const) {
    const pair = { ours: mine[name], theirs: other[name] }
    assertSame(pair, { builtSince, exclusions })
  }
  await checkTransports(user, other.final, builtSince)
}

interface Images {
  readonly packages: Image
  readonly final: Image
}

async function buildAll(user: TestUser, builder: Builder): Promise<Images> {
  const request = { layers: true, args: [], cached: true } as const
  await built(builder, { ...request, context: baseContext(user), name: 'localhost/debian' })
  const context = packagesContext(user)
  const args = ['--target', 'packages']
  await built(builder, { ...request, context, name: 'localhost/packages', args })
  await built(builder, { ...request, context, name: 'localhost/final' })
  return {
    packages: await builder.image('localhost/packages'),
    final: await builder.image('localhost/final'),
  }
}

async function built(builder: Builder, request: BuildRequest): Promise<void> {
  const result = await builder.build(request)
  assert.equal(result.code, 0, failureText(['build', request.name], result))
}

function baseContext(user: TestUser): string {
  const context = join(user.directory, 'base')
  if (existsSync(context)) return context
  makeContext(fixture('debian-base'), context)
  execFileSync('cp', [facts().debianArchive ?? '', join(context, 'debian.tar')])
  return context
}

/** With apt as it is set up here: its mirrors, keys and proxies are those that can be reached. */
function packagesContext(user: TestUser): string {
  const context = join(user.directory, 'packages')
  if (existsSync(context)) return context
  makeContext(fixture('debian'), context)
  execFileSync('cp', ['-rp', '/etc/apt', join(context, 'apt')])
  rmSync(join(context, 'apt/sources.list'), { force: true })
  return context
}

function ownFolder(user: TestUser, name: string): string {
  const folder = join(user.directory, name)
  mkdirSync(folder)
  chownSync(folder, user.uid, user.gid)
  return folder
}

const destinations = (folder: string): readonly string[] => [
  `oci:${folder}/layout:tag`,
  `oci-archive:${folder}/oci.tar:tag`,
  `docker-archive:${folder}/docker.tar:localhost/final:tag`,
  `dir:${folder}/directory`,
]

/** Every transport carries the same image to everybody. */
async function checkTransports(user: TestUser, theirs: Image, builtSince: Date): Promise<void> {
  const peerFolder = makeInMemory(join(user.directory, 'peers'))
  const folder = `/var/tmp/tsbuild-pushed-${randomUUID()}` // podman takes no capitals in a path
  mkdirSync(folder)
  chownSync(folder, user.uid, user.gid)
  try {
    for (const destination of destinations(folder)) {
      await user.ok(['push', '--quiet', 'localhost/final', destination])
      const pair = { ours: readBySkopeo(destination, peerFolder), theirs }
      assertSame(pair, { builtSince, exclusions }, destination)
      assert.equal(runByPodman(destination), 'Hello, world!\n', destination)
    }
    const rootfs = unpackByUmoci(`${folder}/layout:tag`, join(peerFolder, 'umoci'))
    assert.equal(execFileSync('chroot', [rootfs, 'hello'], { encoding: 'utf8' }), 'Hello, world!\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
