// SPDX-License-Identifier: Apache-2.0
/** What volumes and mount points leave behind: nothing in an image. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { buildText, inspect, listLayer, makeBase, show, writeContext } from './support/builds.ts'
import { castOf } from './support/roles.ts'
import { runArgs, shell } from './support/rows.ts'

const commit = async (user: TestUser, container: string): Promise<string> =>
  (await user.ok(['commit', container])).stdout.trim()

/** The names in the layer that a commit adds, but for its root. */
async function committed(user: TestUser, container: string): Promise<string[]> {
  const id = await commit(user, container)
  const names = (await listLayer(user, id, -1, [])).split('\n')
  return names.filter((name) => !['', './'].includes(name))
}

/** A container with nothing but programs and one directory, so that every mount point is ours. */
async function bareContainer(user: TestUser): Promise<string> {
  await makeBase(user)
  const text = 'FROM scratch\nCOPY --from=busybox /bin /bin\nRUN mkdir -p /usr/share/doc'
  const id = await buildText(user, text)
  return (await user.ok(['from', id])).stdout.trim()
}

async function leavesNoTrace(user: TestUser): Promise<void> {
  const container = await bareContainer(user)
  const host = writeContext(user, 'host', { file: 'of the host\n' })
  const options = ['-v', `${host}:/usr/share/doc/a/b`, '-v', `${host}/file:/f`]
  const run = (argv: readonly string[], ...more: readonly string[]) =>
    user.ok(['run', '--network', 'none', ...more, container, ...argv])
  const times = 'stat -c %y / /usr/share/doc'
  const before = (await run(shell(times))).stdout
  await run(['cat', '/usr/share/doc/a/b/file', '/f'], ...options)
  await run(['true'], ...options, '--mount', 'type=tmpfs,dst=/usr/share/t')
  const after = (await run(shell(`${times}; ls -A / /usr/share/doc`))).stdout
  assert.equal(after.slice(0, before.length), before)
  assert.doesNotMatch(after, /^(f|a|t)$/m, 'later runs do not see them')
  await run(['touch', '/mine'], ...options)
  assert.deepEqual(await committed(user, container), ['mine'])
  const count = async (id: string) => (await inspect(user, id)).diffIds.length
  const first = await commit(user, container)
  await run(['true'], ...options)
  const second = await commit(user, container)
  assert.equal(await count(second), await count(first), 'there is nothing to commit')
}

describe('commit', () => {
  matrix('has no trace of what was mounted', leavesNoTrace)

  matrix(
    'has no trace of what another runtime mounted',
    async (user) => {
      const container = await bareContainer(user)
      const host = writeContext(user, 'host', { file: 'of the host\n' })
      const options = ['--isolation', 'oci', '--runtime', 'crun', '-v', `${host}:/deep/in/it`]
      const args = ['run', '--network', 'none', ...options, container, 'cat', '/deep/in/it/file']
      assert.equal((await user.ok(args)).stdout, 'of the host\n')
      await user.ok(runArgs(container, shell('echo >/mine')))
      assert.deepEqual(await committed(user, container), ['mine'])
    },
    { kinds: ['root', 'subid'], needs: ['program:crun'] },
  )

  matrix('has none either after a kill', async (user) => {
    const container = await bareContainer(user)
    const host = writeContext(user, 'host', { file: '' })
    const options = ['-v', `${host}:/deep/in/it`]
    const args = ['run', '--network', 'none', ...options, container]
    const script = shell('echo >/deep/mine; echo ready; exec sleep 1000')
    const run = user.spawn([...user.command, ...args, ...script])
    await until('it runs', () => run.stdout() === 'ready\n')
    process.kill(castOf(run.pid).launcher ?? 0, 'SIGKILL')
    await run.result
    assert.deepEqual(await committed(user, container), ['deep/', 'deep/mine'])
  })

  matrix('has what was written into a place that nothing was mounted on', async (user) => {
    const container = await bareContainer(user)
    const host = writeContext(user, 'host', { file: '' })
    await user.ok(['run', '--network', 'none', '-v', `${host}:/a`, container, 'true'])
    await user.ok(runArgs(container, shell('mkdir /a && echo >/a/mine')))
    assert.deepEqual(await committed(user, container), ['a/', 'a/mine'])
  })
})

describe('a VOLUME of the image', () => {
  matrix('is a copy for each container that lasts, and no part of an image', async (user) => {
    await makeBase(user)
    const owner = user.kind === 'single' ? '0:0' : '1000:100'
    const made = 'mkdir -p /data/sub && echo 1 >/data/sub/file && ln -s sub/file /data/link'
    const owned = `chown -h ${owner} /data /data/link && chmod 2750 /data`
    const text = `FROM busybox\nRUN ${made} && ${owned}
VOLUME /data /empty`
    const id = await buildText(user, text)
    const container = (await user.ok(['from', id])).stdout.trim()
    const run = async (script: string) => (await user.ok(runArgs(container, shell(script)))).stdout
    const stat = 'stat -c "%a %u:%g" /data; stat -c %u:%g /data/link'
    assert.equal(await run(`${stat}; cat /data/link`), `2750 ${owner}\n${owner}\n1\n`)
    await run('echo 2 >/data/sub/file; echo >/data/new; echo >/empty/new; echo >/mine')
    assert.equal(
      await run('cat /data/link; ls /data /empty'),
      '2\n/data:\nlink\nnew\nsub\n\n/empty:\nnew\n',
    )
    assert.deepEqual(await committed(user, container), ['mine'])
    assert.equal(await run('cat /data/link'), '2\n', 'it lasts')
    assert.equal(await show(user, id, 'cat /data/link; ls /data'), '1\nlink\nsub\n')
    const count = () => readdirSync(join(user.root, 'snapshots')).length
    const before = count()
    await user.ok(['rm', container])
    assert.equal(before - count(), 3, 'two volumes, and what the container wrote')
  })

  matrix('gives way to a volume of the user', async (user) => {
    await makeBase(user)
    const id = await buildText(user, 'FROM busybox\nVOLUME /data')
    const container = (await user.ok(['from', id])).stdout.trim()
    const host = writeContext(user, 'host', { file: 'of the host\n' })
    const args = ['run', '--network', 'none', '-v', `${host}:/data`, container]
    assert.equal((await user.ok([...args, 'cat', '/data/file'])).stdout, 'of the host\n')
  })
})

describe('a mounts file', () => {
  matrix('gives every container a copy', async (user) => {
    const host = writeContext(user, 'host', {
      'secrets/deep/file': 'secret\n',
      single: 'single\n',
      mounts: '',
    })
    const lines = [`${host}/secrets:/run/secrets`, '# x', `${host}/single`, `${host}/missing:/no`]
    writeContext(user, 'host', { mounts: `${lines.join('\n')}\n` })
    const options = ['--default-mounts-file', join(host, 'mounts')]
    const container = await user.container('busybox')
    const script = `cat /run/secrets/deep/file ${host}/single; echo changed >/run/secrets/deep/file`
    const args = ['run', '--network', 'none', ...options, container, ...shell(script)]
    for (const _ of [1, 2]) {
      const { stdout, stderr } = await user.ok(args)
      assert.equal(stdout, 'secret\nsingle\n')
      assert.match(stderr, /warning: .*missing does not exist: the container goes without \/no\n/)
    }
    assert.deepEqual(
      (await committed(user, container)).filter((name) => name.includes('secret')),
      [],
    )
  })
})

describe('RUN', () => {
  matrix('has volumes that leave no trace in its layer', async (user) => {
    await makeBase(user)
    const host = writeContext(user, 'shared', { file: 'of the host\n' })
    const options = ['-v', `${host}:/shared/deep`, '-v', `${host}:/above:O`]
    const text = 'FROM busybox\nRUN cat /shared/deep/file >/copy && echo >/above/new'
    const id = await buildText(user, text, { options })
    const names = (await listLayer(user, id, -1, [])).split('\n')
    assert.deepEqual(
      names.filter((name) => !['', './'].includes(name)),
      ['copy'],
    )
    assert.ok(!existsSync(join(host, 'new')))
  })
})
