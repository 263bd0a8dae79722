// SPDX-License-Identifier: Apache-2.0
/** Working containers and images: from, config, commit, the lists, rm and rmi. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { check, runArgs, shell, type Wanted } from './support/rows.ts'

interface Step {
  readonly args: readonly string[]
  readonly want: Wanted
}

/** A story in one store: each command stands on those before it. */
const story: readonly Step[] = [
  { args: ['images', '--noheading'], want: { stdout: '' } },
  { args: ['from', 'scratch'], want: { stdout: 'working-container\n' } },
  { args: ['from', 'scratch'], want: { stdout: 'working-container-1\n' } },
  { args: ['from', '--name', 'mine', 'scratch'], want: { stdout: 'mine\n' } },
  {
    args: ['from', '--name', 'mine', 'scratch'],
    want: { code: 125, stdout: '', stderr: /there is a container mine\n +hint: .*rm mine/ },
  },
  {
    args: ['from', '--name', '../mine', 'scratch'],
    want: { code: 125, stderr: /no container can be named "\.\.\/mine"\n +hint: / },
  },
  { args: ['commit', 'mine', 'first'], want: { stdout: /^[0-9a-f]{64}\n$/ } },
  { args: ['commit', '-q', 'mine', 'registry.example:5000/a/b:c'], want: { stdout: '' } },
  { args: ['from', 'first'], want: { stdout: 'first-working-container\n' } },
  { args: ['from', 'localhost/first:latest'], want: { stdout: 'first-working-container-1\n' } },
  {
    args: ['images', '--noheading'],
    want: { stdout: /^registry\.example:5000\/a\/b +c .*\nlocalhost\/first +latest .*\n$/ },
  },
  {
    args: ['images'],
    want: { stdout: /^REPOSITORY +TAG +IMAGE ID +CREATED\n.*ago|now|second/ },
  },
  {
    args: ['containers'],
    want: { stdout: /^CONTAINER ID .*\n[0-9a-f]{12} .* scratch +working-container\n(.*\n){4}$/ },
  },
  {
    args: ['from', 'firs'],
    want: { code: 125, stderr: /no image "firs"\n +hint: did you mean ".*first/ },
  },
  {
    args: ['rmi', 'first'],
    want: { code: 125, stderr: /made from image localhost\/first:latest\n +hint: remove/ },
  },
  {
    args: ['rm', 'first-working-container', 'no-such-one'],
    want: { code: 125, stderr: /no-such/ },
  },
  {
    args: ['rm', 'first-working-container', 'first-working-container-1'],
    want: { stdout: /^([0-9a-f]{64}\n){2}$/ },
  },
  {
    args: ['rmi', 'first'],
    want: { stdout: /^untagged: localhost\/first:latest\n[0-9a-f]{64}\n$/ },
  },
  { args: ['from', 'first'], want: { code: 125, stderr: /no image "first"/ } },
  { args: ['rm', '--all'], want: { stdout: /^([0-9a-f]{64}\n){3}$/ } },
  { args: ['containers', '--quiet'], want: { stdout: '' } },
  {
    args: ['rmi', '--all'],
    want: { stdout: /^untagged: registry.example:5000.*\n[0-9a-f]{64}\n$/ },
  },
  { args: ['images', '--json'], want: { stdout: '[]\n' } },
]

const settings = [
  ...['--env', 'A=1', '--env', 'B=2', '--label', 'version=2', '--user', 'demo:users'],
  ...['--workingdir', '/srv', '--cmd', '["httpd", "-f"]', '--entrypoint', 'exec "$@"'],
  ...['--author', 'somebody', '--created-by', 'a test'],
]

/** What the program of a container made from the image sees. */
const show = shell('cat /kept; pwd; echo $A $B; ls /work')

describe('the store', () => {
  matrix('keeps containers and images', async (user) => {
    for (const { args, want } of story) check(args, await user.tsbuild(args), want)
  })

  matrix('gives the files and the configuration of a container to an image', giveOn)

  matrix('knows things by the beginnings of their ids', async (user) => {
    const container = await user.container('busybox')
    const image = (await user.ok(['commit', container, 'one'])).stdout.trim()
    const other = (await user.ok(['from', image.slice(0, 10)])).stdout.trim()
    assert.equal(other, 'one-working-container')
    const [first = '', second = ''] = await idsOf(user)
    await user.ok(runArgs(first.slice(0, 12), ['true']))
    await user.ok(runArgs(second, ['true']))
    await user.ok(['rm', first.slice(0, 12), second])
    await user.ok(['rmi', image.slice(0, 12)])
    assert.deepEqual(await idsOf(user), [])
  })

  matrix('gives different names to what is made at once', async (user) => {
    const made = await Promise.all(Array.from({ length: 5 }, () => user.ok(['from', 'scratch'])))
    assert.equal(new Set(made.map(({ stdout }) => stdout)).size, 5)
    assert.equal((await idsOf(user)).length, 5)
  })

  matrix('has containers that do not see each other', async (user) => {
    await user.ok(['commit', '-q', await user.container('busybox'), 'base'])
    for (const name of ['one', 'two']) {
      await user.ok(['from', '--name', name, 'base'])
      const change = `rm /etc/os-release; mkdir /mine; echo ${name} >/mine/file`
      await user.ok(runArgs(name, shell(change)))
    }
    await user.ok(['from', '--name', 'three', 'base'])
    const look = shell('cat /mine/file; ls /etc/os-release')
    const seen = await Promise.all(
      ['one', 'two', 'three'].map((name) => user.tsbuild(runArgs(name, look))),
    )
    const texts = seen.map(({ stdout }) => stdout)
    assert.deepEqual(texts, ['one\n', 'two\n', '/etc/os-release\n'])
  })

  matrix('keeps what was removed and replaced through layers', async (user) => {
    const container = await user.container('busybox')
    const changes = [
      'mkdir -p /d/sub; echo old >/d/sub/file; echo x >/gone; ln -s old /link',
      'rm -r /d; mkdir /d; echo new >/d/file; rm /gone; ln -sfn new /link',
      'chmod 0751 /d; mv /d/file /d/moved',
    ]
    for (const [index, change] of changes.entries()) {
      await user.ok(runArgs(container, shell(change)))
      await user.ok(['commit', '-q', container, `step:${index}`])
    }
    const last = (await user.ok(['from', 'step:2'])).stdout.trim()
    const look = shell('ls /d; cat /d/moved; stat -c %a /d; readlink /link; ls /gone || true')
    const want = { stdout: 'moved\nnew\n751\nnew\n', stderr: /gone: No such file/ }
    for (const name of [container, last]) {
      const args = runArgs(name, look)
      check(args, await user.tsbuild(args), want)
    }
  })
})

async function giveOn(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  await user.ok(runArgs(container, shell('echo kept >/kept; mkdir /work; touch /work/1')))
  await user.ok(['config', ...settings, container])
  await user.ok(['config', '--env', 'A-', '--env', 'B=3', '--user', '', container])
  await user.ok(['commit', '-q', container, 'done'])
  await user.ok(['from', '--name', 'next', 'done'])
  const { stdout } = await user.ok(runArgs('next', show))
  assert.equal(stdout, 'kept\n/srv\n3\n1\n')
  await user.ok(['config', '--user', 'demo', 'next'])
  const refused = user.kind === 'single'
  const args = runArgs('next', ['id', '-un'])
  check(
    args,
    await user.tsbuild(args),
    refused ? { code: 125, stderr: /is not mapped/ } : { stdout: 'demo\n' },
  )
}

/** Of the working containers, the oldest first. */
const idsOf = async (user: TestUser): Promise<string[]> =>
  (await user.ok(['containers', '--quiet'])).stdout.split('\n').filter((id) => id !== '')
