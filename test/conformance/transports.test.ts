// SPDX-License-Identifier: Apache-2.0
/** Images of ours in the tools of others, and theirs in ours, by way of every transport. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe } from 'node:test'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'

/** Podman takes no longer path than 50 characters for this. */
const runroot = mkdtempSync(join(tmpdir(), 'tsb-'))
after(() => rmSync(runroot, { recursive: true }))

/** Peers keep their images away from this machine's. */
const storage = (user: TestUser, name: string) => [
  ...['--root', join(user.directory, `${name}-root`), '--runroot', join(runroot, name)],
  ...['--storage-driver', 'vfs'],
]

async function ran(user: TestUser, ...argv: readonly string[]): Promise<string> {
  const cwd = join(user.directory, 'out')
  const { code, stdout, stderr } = await user.run(argv, { cwd, timeoutMs: 120_000 })
  assert.equal(code, 0, `${argv.join(' ')} ended with ${code}\n${stdout}${stderr}`)
  return stdout.trim()
}

/** A line for each file: what a layer says of it, but for its time. */
async function treeOf(user: TestUser, folder: string): Promise<string> {
  const list = ['find', folder, '-printf', '%P %y %m %U %G %n %l\\n']
  const sums = ['find', folder, '-type', 'f', '-exec', 'md5sum', '{}', '+']
  const [files, bytes] = [await ran(user, ...list), await ran(user, ...sums)]
  return [files, bytes.replaceAll(`${folder}/`, '')]
    .map((text) => text.split('\n').sort().join('\n'))
    .join('\n')
}

async function unpacked(user: TestUser, layout: string, name: string): Promise<string> {
  const bundle = join(user.directory, name)
  await ran(user, 'umoci', 'unpack', '--image', layout, bundle)
  return treeOf(user, join(bundle, 'rootfs'))
}

const change =
  'mkdir /srv/a; echo 1 >/srv/a/b; ln /srv/a/b /srv/c; ln -s a /srv/l; chmod 4711 /srv/c'
const remove = 'rm -r /srv/a; mkdir /srv/a; echo 2 >/srv/a/n; chown 5:6 /srv/a; rm /srv/l'
const places = ['oci:@/o:tag', 'oci-archive:@/o.tar:tag', 'docker-archive:@/d.tar', 'dir:@/d']

async function ourImage(user: TestUser): Promise<string> {
  const container = await user.container('busybox')
  for (const [index, script] of [`mkdir -p /srv; ${change}`, remove].entries()) {
    await user.ok(['run', '--network', 'none', container, 'sh', '-c', script])
    await user.ok(['config', '--env', `STEP=${index}`, '--label', 'a=b', container])
    await user.ok(['commit', '-q', container, 'localhost/site:1'])
  }
  return (await user.ok(['inspect', '-f', '{{.FromImageID}}', 'localhost/site:1'])).stdout.trim()
}

const needs = ['program:skopeo', 'program:umoci', 'program:podman', 'program:buildah'] as const

describe('transports', () => {
  matrix(
    'carry our images to skopeo, umoci, podman and buildah',
    async (user) => {
      const folder = join(user.directory, 'out')
      mkdirSync(folder)
      const id = await ourImage(user)
      const trees: string[] = []
      for (const [index, place] of places.map((one) => one.replace('@', folder)).entries()) {
        await user.ok(['push', '-q', 'localhost/site:1', place])
        const config = JSON.parse(await ran(user, 'skopeo', 'inspect', '--config', place))
        assert.deepEqual(config.config.Env, ['STEP=1'])
        const copy = join(folder, `copy-${index}`)
        await ran(user, 'skopeo', 'copy', '-q', place, `oci:${copy}:tag`)
        trees.push(await unpacked(user, `${copy}:tag`, `bundle-${index}`))
        // They name an image after the path, and refuse one with capital letters.
        const near = place.replace(`${folder}/`, '')
        const podman = ['podman', ...storage(user, 'podman')]
        const pulled = (await ran(user, ...podman, 'pull', '-q', near)).split('\n').at(-1)
        assert.equal(pulled, id, place)
        const buildah = ['buildah', ...storage(user, `buildah-${index}`)]
        assert.equal(await ran(user, ...buildah, 'pull', '-q', near), id, place)
      }
      trees.push(await unpacked(user, `${folder}/o:tag`, 'direct'))
      assert.equal(new Set(trees).size, 1)
      const [tree = ''] = trees
      assert.match(tree, /^srv\/a d 755 5 6 /m)
      assert.match(tree, /^srv\/c f 4711 0 0 1 /m)
      assert.doesNotMatch(tree, /srv\/l|srv\/a\/b|\.wh\./)
      await ran(user, 'podman', ...storage(user, 'podman'), 'load', '-q', '-i', `${folder}/d.tar`)
    },
    { kinds: ['root'], needs },
  )

  matrix(
    "carry buildah's images to us and back",
    async (user) => {
      const folder = join(user.directory, 'out')
      mkdirSync(folder)
      const { id, buildah } = await theirImage(user)
      for (const [index, place] of places.map((one) => one.replace('@', folder)).entries()) {
        await ran(user, ...buildah, 'push', '-q', 'localhost/theirs:1', place)
        const from = index === 2 ? place : place.replace(/:tag$/, '')
        assert.equal((await user.ok(['pull', '-q', from])).stdout, `${id}\n`)
        await user.ok(['push', '-q', id, `oci:${folder}/back-${index}:tag`])
        await user.ok(['rmi', '-a', '-f'])
      }
      const theirs = await unpacked(user, `${folder}/o:tag`, 'theirs')
      for (const index of places.keys()) {
        const ours = await unpacked(user, `${folder}/back-${index}:tag`, `ours-${index}`)
        assert.equal(ours, theirs, places[index])
      }
      // What came compressed goes back as it came.
      await ran(user, 'diff', '-r', `${folder}/o/blobs`, `${folder}/back-0/blobs`)
    },
    { kinds: ['root'], needs },
  )

  matrix(
    "convert an image between docker's format and OCI's as buildah does, whatever its compression",
    async (user) => {
      const folder = join(user.directory, 'out')
      mkdirSync(folder)
      const buildah = ['buildah', ...storage(user, 'convert')]
      const container = await ran(user, ...buildah, 'from', 'scratch')
      await ran(user, ...buildah, 'add', '-q', container, facts().busyboxArchive, '/')
      await ran(user, ...buildah, 'config', '--healthcheck', 'CMD true', '--env', 'A=1', container)
      await ran(user, ...buildah, 'commit', '-q', '--format', 'docker', container, 'hc')
      await ran(user, ...buildah, 'push', '-q', 'hc', `dir:${folder}/docker`)
      await ran(user, ...buildah, 'push', '-q', 'hc', `oci:${folder}/theirs:1`)
      const id = (await user.ok(['pull', '-q', `dir:${folder}/docker`])).stdout.trim()
      const { stderr } = await user.ok(['push', '-q', id, `oci:${folder}/ours:1`])
      assert.match(stderr, /the oci format has no place for Healthcheck: left out/)
      const [ours, theirs] = await Promise.all(
        ['ours', 'theirs'].map(async (name) => {
          const inspect = ['skopeo', 'inspect', '--config', '--raw', `oci:${folder}/${name}:1`]
          return JSON.parse(await ran(user, ...inspect))
        }),
      )
      assert.deepEqual(ours, theirs)
      await user.ok(['push', '-q', '--format', 'v2s2', id, `dir:${folder}/again`])
      await ran(user, 'diff', '-r', `${folder}/docker`, `${folder}/again`)
      const zstd = ['--dest-compress', '--dest-compress-format', 'zstd']
      await ran(user, 'skopeo', 'copy', '-q', ...zstd, `oci:${folder}/ours:1`, `oci:${folder}/z:1`)
      const packed = (await user.ok(['pull', '-q', `oci:${folder}/z:1`])).stdout.trim()
      await user.ok(['push', '-q', packed, `oci:${folder}/z2:1`])
      await ran(user, 'diff', '-r', `${folder}/z/blobs`, `${folder}/z2/blobs`)
      await user.ok(['push', '-q', '--format', 'docker', packed, `dir:${folder}/plain`])
      await ran(user, 'skopeo', 'copy', '-q', `dir:${folder}/plain`, `oci:${folder}/last:1`)
      const trees = ['ours', 'last'].map((name) =>
        unpacked(user, `${folder}/${name}:1`, `t-${name}`),
      )
      assert.equal(new Set(await Promise.all(trees)).size, 1)
    },
    { kinds: ['root'], needs },
  )
})

/** Two layers above a root of busybox. */
async function theirImage(user: TestUser) {
  const buildah = ['buildah', ...storage(user, 'buildah')]
  const name = 'localhost/theirs:1'
  const first = await ran(user, ...buildah, 'from', 'scratch')
  await ran(user, ...buildah, 'add', '-q', first, facts().busyboxArchive, '/')
  let id = await ran(user, ...buildah, 'commit', '-q', first, name)
  for (const script of [`mkdir -p /srv; ${change}`, remove]) {
    const container = await ran(user, ...buildah, 'from', name)
    const rootfs = await ran(user, ...buildah, 'mount', container)
    await ran(user, 'sh', '-ec', script.replaceAll('/srv', `${rootfs}/srv`))
    id = await ran(user, ...buildah, 'commit', '-q', container, name)
  }
  await ran(user, ...buildah, 'rm', '--all')
  return { id, buildah }
}
