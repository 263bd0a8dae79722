// SPDX-License-Identifier: Apache-2.0
/** Images on their way out of the store and back: push, pull, tag, inspect, history. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { chownSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { check, runArgs, shell, type Wanted } from './support/rows.ts'

/** A directory of the user's own for what is pushed. */
function outside(user: TestUser): string {
  const path = join(user.directory, 'out')
  mkdirSync(path)
  chownSync(path, user.uid, user.gid)
  return path
}

/** Two layers: the second changes, removes and hides what is in the first. @returns the id */
async function makeImage(user: TestUser): Promise<string> {
  const container = await user.container('busybox')
  const first = 'mkdir -p /d/sub; echo 1 >/d/sub/file; echo 1 >/gone; echo 1 >/kept'
  await user.ok(runArgs(container, shell(first)))
  await user.ok(['commit', '-q', container, 'base'])
  await user.ok(['from', '--name', 'second', 'base'])
  const second = 'rm -r /d /gone; mkdir /d; echo 2 >/d/new; chmod 0711 /d; ln -s new /d/link'
  await user.ok(runArgs('second', shell(second)))
  await user.ok(['config', '--env', 'A=1', '--cmd', '["sh"]', 'second'])
  return (await user.ok(['commit', 'second', 'localhost/site:1'])).stdout.trim()
}

const look = shell('ls -A /d; cat /d/link /kept; stat -c %a /d; ls /gone || true; echo $A')
const seen = { stdout: 'link\nnew\n2\n1\n711\n1\n', stderr: /gone: No such file/ }

const places: readonly [to: string, from: string, name: string | undefined][] = [
  ['oci:o:tag', 'oci:o:tag', undefined],
  ['oci-archive:o.tar:tag', 'oci-archive:o.tar', 'localhost/tag:latest'],
  ['docker-archive:d.tar', 'docker-archive:d.tar', 'localhost/site:1'],
  ['docker-archive:e.tar:x/y', 'docker-archive:e.tar:x/y', 'docker.io/x/y:latest'],
  ['dir:d', 'dir:d', undefined],
]

const inPlace = (folder: string, reference: string): string => reference.replace(':', `:${folder}/`)

describe('an image', () => {
  matrix('comes back from every transport as it went', async (user) => {
    const folder = outside(user)
    const id = await makeImage(user)
    for (const [to] of places) {
      const quiet = await user.ok(['push', '--quiet', 'localhost/site:1', inPlace(folder, to)])
      assert.deepEqual([quiet.stdout, quiet.stderr], ['', ''])
    }
    for (const [to, from, name] of places) {
      await user.ok(['rm', '--all'])
      await user.ok(['rmi', '--all', '--force'])
      const { stdout } = await user.ok(['pull', '--quiet', inPlace(folder, from)])
      assert.equal(stdout, `${id}\n`)
      const container = (await user.ok(['from', id])).stdout.trim()
      const args = runArgs(container, look)
      check(args, await user.tsbuild(args), seen)
      if (name !== undefined) await user.ok(['inspect', '--type', 'image', name])
      if (to.startsWith('docker-archive')) continue
      const again = inPlace(folder, to).replace(`${folder}/`, `${folder}/again-`)
      await user.ok(['push', '--quiet', id, again])
      assert.equal(bytesOf(again), bytesOf(inPlace(folder, to)), `${to} is not the same bytes`)
    }
    assert.deepEqual(
      readdirSync(folder).filter((path) => path.includes('tsbuild')),
      [],
    )
  })

  matrix('is not unpacked again where its layers are known', async (user) => {
    const folder = outside(user)
    await makeImage(user)
    await user.ok(['push', '-q', 'base', `dir:${folder}/base`])
    await user.ok(['push', '-q', 'localhost/site:1', `dir:${folder}/site`])
    await user.ok(['rm', '--all'])
    await user.ok(['rmi', '--all', '--force'])
    await user.ok(['pull', '-q', `dir:${folder}/base`])
    const before = snapshots(user)
    await user.ok(['pull', '-q', `dir:${folder}/site`])
    assert.equal(snapshots(user), before + 1)
    await user.ok(['pull', '-q', `dir:${folder}/site`])
    assert.equal(snapshots(user), before + 1)
  })
})

interface Step {
  readonly args: readonly string[]
  readonly want: Wanted
}

const story: readonly Step[] = [
  { args: ['tag', 'localhost/site:1', 'x', 'registry.example/y:2'], want: { stdout: '' } },
  { args: ['tag', 'localhost/site:1', 'UP'], want: { code: 125, stderr: /capital.*\n +hint: / } },
  { args: ['tag', 'nobody', 'x'], want: { code: 125, stderr: /no image "nobody"\n +hint: / } },
  { args: ['inspect', '-f', '{{.FromImage}}', 'x'], want: { stdout: 'localhost/x:latest\n' } },
  {
    args: ['inspect', '--format', '{{.OCIv1.Config.Env}} {{json .OCIv1.Config.Cmd}}', 'x'],
    want: { stdout: '[A=1] ["sh"]\n' },
  },
  {
    args: ['inspect', '-f', '{{.FromImage}} {{.Container}}', 'second'],
    want: { stdout: 'localhost/base:latest second\n' },
  },
  { args: ['inspect', '-f', '{{.Docker.Config.Env}}', 'second'], want: { stdout: '[A=1]\n' } },
  {
    args: ['inspect', '-f', '{{range .}}', 'x'],
    want: { code: 125, stderr: /not supported\n +hint: / },
  },
  {
    args: ['inspect', '-f', '{{.Nothing}}', 'x'],
    want: { code: 125, stderr: /no field "Nothing"/ },
  },
  {
    args: ['inspect', 'nobody'],
    want: { code: 125, stderr: /no container and no image "nobody"/ },
  },
  { args: ['inspect', '-t', 'container', 'x'], want: { code: 125, stderr: /no container "x"/ } },
  { args: ['inspect', '-t', 'image', 'second'], want: { code: 125, stderr: /no image "second"/ } },
  { args: ['history', '--quiet', 'x'], want: { stdout: /^[0-9a-f]{12}\n<missing>\n$/ } },
  { args: ['history', 'nobody'], want: { code: 125, stderr: /no image "nobody"/ } },
  {
    args: ['history', 'x'],
    want: { stdout: /^ID +CREATED +CREATED BY +SIZE +COMMENT\n(.*\n){2}$/ },
  },
]

describe('tag, inspect and history', () => {
  matrix('tell of images and containers', async (user) => {
    await makeImage(user)
    for (const { args, want } of story) check(args, await user.tsbuild(args), want)
    const { stdout } = await user.ok(['inspect', 'localhost/site:1'])
    const { Config, OCIv1, Docker } = JSON.parse(stdout)
    assert.deepEqual(JSON.parse(Config), OCIv1)
    assert.deepEqual([Docker.config.Cmd, Docker.config.Entrypoint], [['sh'], null])
    const steps = JSON.parse((await user.ok(['history', '--json', 'x'])).stdout)
    assert.deepEqual(steps[0].tags.sort(), [
      'localhost/site:1',
      'localhost/x:latest',
      'registry.example/y:2',
    ])
    assert.ok(steps[1].size > steps[0].size)
  })
})

const snapshots = (user: TestUser): number => readdirSync(join(user.root, 'snapshots')).length

/** One digest over all files of a place. */
function bytesOf(reference: string): string {
  const path = reference.split(':')[1] ?? ''
  const hash = createHash('sha256')
  const isFolder = /^(oci|dir):/.test(reference)
  const files = isFolder ? readdirSync(path, { recursive: true, withFileTypes: true }) : []
  const names = files
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .sort()
  for (const name of isFolder ? names : [path]) {
    hash.update(name.slice(path.length)).update('\0').update(readFileSync(name))
  }
  return hash.digest('hex')
}
