// SPDX-License-Identifier: Apache-2.0
/** What `build` makes of a Containerfile, and what it says meanwhile. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, buildText, inspect, makeBase, show, writeContext } from './support/builds.ts'
import { check } from './support/rows.ts'

const site = `ARG NAME=world
FROM busybox AS words
ARG NAME
ENV GREETING="hello \${NAME}"
COPY part/ /srv/part/
RUN echo "$GREETING" >/greeting; cat /srv/part/one
FROM busybox
COPY --from=words /greeting /out/
USER 0:0
WORKDIR /made/here
RUN pwd; cat /out/greeting
CMD ["cat", "/out/greeting"]
`
const siteFiles = { 'part/one': 'first\n', 'part/two': 'second\n' }

const progress = `[1/2] STEP 1/5: FROM busybox AS words
--> …
[1/2] STEP 2/5: ARG NAME
--> …
[1/2] STEP 3/5: ENV GREETING="hello \${NAME}"
--> …
[1/2] STEP 4/5: COPY part/ /srv/part/
--> …
[1/2] STEP 5/5: RUN echo "$GREETING" >/greeting; cat /srv/part/one
first
--> …
[2/2] STEP 1/6: FROM busybox
--> …
[2/2] STEP 2/6: COPY --from=words /greeting /out/
--> …
[2/2] STEP 3/6: USER 0:0
--> …
[2/2] STEP 4/6: WORKDIR /made/here
--> …
[2/2] STEP 5/6: RUN pwd; cat /out/greeting
/made/here
hello reader
--> …
[2/2] STEP 6/6: CMD ["cat", "/out/greeting"]
--> …
COMMIT site
Successfully tagged localhost/site:latest
Successfully tagged localhost/second:2
ID
`

describe('build', () => {
  matrix('makes an image of the last stage, and tells each step', async (user) => {
    await makeBase(user)
    const directory = writeContext(user, 'context', { ...siteFiles, Containerfile: site })
    const names = ['-t', 'site', '-t', 'second:2', '--build-arg', 'NAME=reader']
    const { stdout, stderr } = await user.ok(buildArgs(directory, ...names))
    assert.equal(stderr, '')
    const told = stdout.replace(/--> \d+\.\d\d s/g, '--> …').replace(/^[0-9a-f]{64}$/m, 'ID')
    assert.equal(told, progress)
    const { config, history, layerCount } = await inspect(user, 'site')
    const { Cmd, User, WorkingDir, Env } = config
    assert.deepEqual({ Cmd, User, WorkingDir }, { Cmd: ['cat', '/out/greeting'], ...where })
    assert.doesNotMatch(String(Env), /GREETING/)
    assert.equal(history.filter(({ empty_layer }) => empty_layer !== true).length, layerCount)
    const args = ['cat /out/greeting; ls /srv/part 2>&1 || ls -d /made/here'] as const
    assert.match(
      await show(user, 'second:2', ...args),
      /^hello reader\n.*No such.*\n\/made\/here\n$/,
    )
  })

  matrix(
    'builds the stage that is asked for, by name or number, and what it needs',
    async (user) => {
      await makeBase(user)
      const text = `FROM busybox AS one
RUN echo 1 >/one
FROM one AS two
RUN echo 2 >/two
FROM busybox AS never
RUN exit 9
FROM scratch
COPY --from=two /one /two /
`
      const words = await buildText(user, text, { options: ['--target', 'two'] })
      assert.equal(await show(user, words, 'cat /one /two'), '1\n2\n')
      assert.equal(await buildText(user, text, { options: ['--target', '1'] }), words)
      const last = await buildText(user, text)
      const { layerCount, config } = await inspect(user, last)
      assert.deepEqual([layerCount, config], [1, { Env: config['Env'] }])
      assert.equal(await buildText(user, text), last)
    },
  )

  matrix('takes files of images, and settings of build arguments', async (user) => {
    await makeBase(user)
    await buildText(user, 'FROM scratch\nCOPY f /f\n', {
      files: { f: 'of another image\n' },
      options: ['-t', 'other'],
    })
    const text = `FROM busybox
ARG GIVEN=default
ARG TAKEN
ARG NEITHER=default
COPY --from=other /f /f
RUN echo $GIVEN $TAKEN $NEITHER >/args
`
    const directory = writeContext(user, 'args', { Containerfile: text })
    const options = ['-t', 'args', '--build-arg', 'GIVEN=given', '--build-arg', 'TAKEN']
    const args = buildArgs(directory, ...options, '--build-arg', 'NOWHERE=1')
    const result = await user.tsbuild(args, { env: { TAKEN: 'taken' } })
    check(args, result, { stderr: /^tsbuild: warning: no ARG .*: NOWHERE\n$/ })
    assert.equal(
      await show(user, 'args', 'cat /f /args'),
      'of another image\ngiven taken default\n',
    )
  })

  matrix('gives the base a name more when there is nothing to do', async (user) => {
    const base = await makeBase(user)
    assert.equal(await buildText(user, 'FROM busybox\n', { options: ['-t', 'same'] }), base)
    const { stdout } = await user.ok(['images', '--noheading'])
    assert.match(stdout, /^localhost\/(busybox|same) +latest .*\nlocalhost\/(busybox|same) /)
  })

  matrix('reads a Containerfile from elsewhere, and writes the id to a file', async (user) => {
    await makeBase(user)
    const elsewhere = writeContext(user, 'elsewhere', {
      'its/Containerfile.x': 'FROM busybox\nCOPY . /all/\n',
      'its/Containerfile.x.dockerignore': 'ignored\n*.log\n!kept.log\n',
    })
    const directory = writeContext(user, 'context', {
      ...{ file: 'f', ignored: 'i', 'a.log': 'l', 'kept.log': 'k', 'deep/ignored': 'd' },
      '.containerignore': 'file\n',
    })
    const iidfile = join(elsewhere, 'id')
    const options = ['-f', join(elsewhere, 'its/Containerfile.x'), '--iidfile', iidfile]
    const args = buildArgs(directory, '-q', ...options)
    const { stdout } = await user.ok(args)
    assert.match(stdout, /^[0-9a-f]{64}\n$/)
    assert.equal(readFileSync(iidfile, 'utf8'), `sha256:${stdout.trim()}`)
    await user.ok(['inspect', readFileSync(iidfile, 'utf8')])
    const list = 'cd /all; find . -type f | sort'
    const files = './.containerignore\n./deep/ignored\n./file\n./kept.log\n'
    assert.equal(await show(user, stdout.trim(), list), files)
    const ignorefile = join(directory, '.containerignore')
    const other = await user.ok([...args.slice(0, -1), '--ignorefile', ignorefile, directory])
    assert.match(await show(user, other.stdout.trim(), list), /\.\/a\.log\n(.*\n)*\.\/ignored\n/)
  })

  matrix('shows what ONBUILD of the base adds as steps', async (user) => {
    await makeBase(user)
    const triggers = 'FROM busybox\nONBUILD RUN echo triggered\nONBUILD COPY f /f\n'
    await buildText(user, triggers, { options: ['--format', 'docker', '-t', 'base'] })
    const files = { f: 'f', Containerfile: 'FROM base\nENV A=b\n' }
    const { stdout } = await user.ok(buildArgs(writeContext(user, 'context', files)))
    const steps = stdout.split('\n').filter((line) => /^(STEP|triggered)/.test(line))
    const told = ['RUN echo triggered', 'triggered', 'COPY f /f', 'ENV A=b']
    assert.deepEqual(
      steps.map((line) => line.replace(/^STEP \d\/\d: /, '')),
      ['FROM base', ...told],
    )
    assert.match(stdout, /\nSTEP 4\/4: ENV A=b\n/)
  })

  matrix('has no network, or the host’s, when told so', network)

  matrix('makes one layer of a stage when told so', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nRUN echo 1 >/1\nRUN rm /1; echo 2 >/2\nENV A=b\n'
    const many = await inspect(user, await buildText(user, text))
    const id = await buildText(user, text, { options: ['--layers=false'] })
    const one = await inspect(user, id)
    assert.deepEqual([many.layerCount, one.layerCount], [3, 2])
    assert.deepEqual(
      one.history.slice(1).map(({ empty_layer }) => empty_layer === true),
      [true, true, false],
    )
    assert.equal(await show(user, id, 'ls /1 2>&1; cat /2; echo $A'), GONE)
  })
})

const where = { User: '0:0', WorkingDir: '/made/here' }
const GONE = 'ls: /1: No such file or directory\n2\nb\n'

async function network(user: TestUser): Promise<void> {
  await makeBase(user)
  const text = `FROM busybox
RUN ls /sys/class/net | grep -vx lo | wc -l >/default
RUN --network=host readlink /proc/self/ns/net >/host
`
  const none = await buildText(user, text)
  assert.equal(await show(user, none, 'cat /default'), '0\n')
  const { stdout } = await user.run(['readlink', '/proc/self/ns/net'])
  assert.equal(await show(user, none, 'cat /host'), stdout)
  const host = await buildText(user, 'FROM busybox\nRUN readlink /proc/self/ns/net >/host\n', {
    options: ['--network', 'host'],
  })
  assert.equal(await show(user, host, 'cat /host'), stdout)
}
