// SPDX-License-Identifier: Apache-2.0
/** Builds beside other commands in one store, and on other ground. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { descendants } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { openUser, type TestUser } from '../harness/user.ts'
import {
  buildArgs,
  buildText,
  inspect,
  listLayer,
  makeBase,
  show,
  writeContext,
} from './support/builds.ts'

describe('a build', () => {
  matrix('goes on beside another of the same', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nCOPY f /f\nRUN echo 1 >/1\nRUN echo 2 >/2\nRUN cat /f /1 /2\n'
    const directory = writeContext(user, 'context', { f: 'f\n', Containerfile: text })
    const results = await Promise.all(
      ['one', 'two', 'three'].map((name) => user.ok(buildArgs(directory, '-t', name))),
    )
    for (const { stdout, stderr } of results) {
      assert.equal(stderr, '')
      assert.match(stdout, /\nSuccessfully tagged localhost\/(one|two|three):latest\n/)
    }
    for (const name of ['one', 'two', 'three'])
      assert.equal(await show(user, name, 'cat /f /1 /2'), 'f\n1\n2\n')
  })

  matrix('keeps the files of a base that is removed meanwhile', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nRUN echo up; sleep 1000 || true\nRUN ls /bin/sh\n'
    const directory = writeContext(user, 'context', { Containerfile: text })
    const running = user.spawn([...user.command, ...buildArgs(directory, '-t', 'done')])
    const sleep = await until('the step sleeps', () =>
      descendants(running.pid).find(({ name }) => name === 'sleep'),
    )
    await user.ok(['rmi', '--all', '--force'])
    await user.ok(['from', '--name', 'other', 'scratch'])
    await user.ok(['rm', 'other'])
    process.kill(sleep.pid)
    const { code, stdout, stderr } = await running.result
    assert.equal(code, 0, stderr)
    assert.match(stdout, /\n\/bin\/sh\n/)
    assert.equal(await show(user, 'done', 'echo works'), 'works\n')
  })

  matrix('leaves nothing when it is killed, and the store works', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nRUN echo kept >/kept\nRUN echo up; sleep 1000\n'
    const directory = writeContext(user, 'context', { Containerfile: text })
    for (const signal of ['SIGTERM', 'SIGKILL', 'SIGINT'] as const) {
      const running = user.spawn([...user.command, ...buildArgs(directory)])
      await until('the step runs', () => running.stdout().includes('\nup\n'))
      running.kill(signal)
      const { code } = await running.result
      assert.notEqual(code, 0, signal)
    }
    await user.ok(['rmi', '--prune'])
    assert.equal(readdirSync(join(user.root, 'snapshots')).length, 1)
    assert.equal(await show(user, 'busybox', 'echo works'), 'works\n')
  })

  matrix('of four stages has them side by side when told so', async (user) => {
    await makeBase(user)
    const stages = [1, 2, 3, 4].map(
      (number) => `FROM busybox AS s${number}\nRUN echo up; sleep 1000\n`,
    )
    const last = 'FROM scratch\nCOPY --from=s1 /x /\nCOPY --from=s2 /x /\n'
    const text = `${stages.join('')}${last}COPY --from=s3 /x /\nCOPY --from=s4 /x /\n`
    const directory = writeContext(user, 'context', { Containerfile: text })
    const running = user.spawn([...user.command, ...buildArgs(directory, '--jobs', '4')])
    const count = () => running.stdout().split('] up\n').length - 1 // each line says whose it is
    await until('all four run', () => count() === 4, 20_000)
    running.kill('SIGTERM')
    assert.notEqual((await running.result).code, 0)
  })

  matrix('ends the other stages when one fails', async (user) => {
    await makeBase(user)
    const text = `FROM busybox AS slow
RUN sleep 1000
FROM busybox AS failing
RUN exit 5
FROM scratch
COPY --from=slow /x /
COPY --from=failing /x /
`
    const directory = writeContext(user, 'context', { Containerfile: text })
    const { code, stderr } = await user.tsbuild(buildArgs(directory, '--jobs', '2'))
    assert.equal(code, 5)
    assert.match(stderr, /Containerfile:4: the command ended with exit code 5\n/)
  })

  matrix('gives the same files where each layer is a full copy', copying)

  matrix('of a single id makes the layers of one with many', sameLayers, {
    kinds: ['single'],
    needs: ['kind:subid'],
  })
})

const changes = `FROM busybox AS one
RUN mkdir /d; echo 1 >/d/1; echo gone >/gone
RUN rm /gone; rm -r /d; mkdir /d; echo 2 >/d/2
FROM one
COPY f /f
COPY --from=one /d /copied/
WORKDIR /w
ENV A=b
`

async function copying(user: TestUser): Promise<void> {
  await makeBase(user)
  const file = join(user.root, 'driver.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace('"overlay"', '"copy"'))
  const id = await buildText(user, changes, { files: { f: 'f\n' } })
  const look = 'cat /f /copied/2; ls /d /gone 2>&1; pwd; echo $A'
  const missing = 'ls: /gone: No such file or directory\n'
  assert.equal(await show(user, id, look), `f\n2\n${missing}/d:\n2\n/w\nb\n`)
  const { history, layerCount } = await inspect(user, id)
  const filled = history.filter(({ empty_layer }) => empty_layer !== true)
  assert.deepEqual([filled.length, layerCount], [1, 1])
}

const owners = `FROM scratch
COPY --chown=1:2 tree/ /
COPY --chown=3 --chmod=4750 tree/a/file /set
COPY tree/top /own
`

/** Owners that a single id cannot give are noted, also those of links: the layers have them. */
async function sameLayers(user: TestUser): Promise<void> {
  await using other = openUser('subid')
  let listing = ''
  const build = async (one: TestUser) => {
    const files = { 'tree/a/file': 'text\n', 'tree/a/b/c': 'c\n', 'tree/top': '' }
    const directory = writeContext(one, 'context', { ...files, Containerfile: owners })
    const link = join(directory, 'tree/a/link')
    await one.run(['ln', '-s', 'file', link])
    await one.run(['touch', '-h', '-d', '2020-01-02T03:04:05Z', link, join(directory, 'tree/a')])
    const id = (await one.ok(buildArgs(directory, '-q'))).stdout.trim()
    const { diffIds } = await inspect(one, id)
    if (one === user) listing = await listLayer(one, id, 0, ['--numeric-owner', '-v'])
    return diffIds
  }
  const [ours, others] = [await build(user), await build(other)]
  assert.equal(ours.length, 3)
  assert.deepEqual(ours, others)
  assert.match(listing, /^lrwxrwxrwx 1\/2 .* a\/link -> file$/m)
}
