// SPDX-License-Identifier: Apache-2.0
/** OCI hooks: where and when they run, what they are told, and how they fail. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { namespaceOf } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { makeBase, writeContext } from './support/builds.ts'
import { type TestHook, toldBy, writeHooks } from './support/hooks.ts'
import { castOf } from './support/roles.ts'
import { shell } from './support/rows.ts'

const outside = ['prestart', 'createRuntime', 'poststart', 'poststop'] as const
const onHost = [...outside, 'createContainer'] as const

/** Writes its namespaces, its environment, whether it stands in the bundle, and its state. */
const witness = (stage: string, folder = '$0'): TestHook => ({
  stages: [stage],
  script: [
    `echo ${stage} >>${folder}/order`,
    `{ for n in net uts pid; do readlink /proc/self/ns/$n; done; echo $WORD; env | wc -l`,
    `[ -f config.json ] && echo bundle || echo elsewhere; cat; } >${folder}/${stage}`,
  ].join('\n'),
})

const hooked = (directory: string, container: string, script: string): readonly string[] => [
  ...['run', '--network', 'none', '--hooks-dir', directory, container],
  ...shell(script),
]

interface Told {
  readonly namespaces: readonly string[]
  readonly words: readonly string[]
  readonly state: Readonly<Record<string, unknown>>
}

function told(text: string): Told {
  const lines = text.trimEnd().split('\n')
  const state: Told['state'] = JSON.parse(lines.at(-1) ?? '')
  return { namespaces: lines.slice(0, 3), words: lines.slice(3, -1), state }
}

const fails = (stage: string): TestHook => ({ stages: [stage], script: 'echo words >&2; exit 3' })

describe('hooks', () => {
  matrix('of every stage run in their order and namespaces, and read the state', async (user) => {
    const container = await user.container('busybox')
    const stages = [...onHost.map((stage) => witness(stage)), witness('startContainer', '/tmp')]
    const directory = writeHooks(user, stages)
    const script =
      'for n in net uts pid; do readlink /proc/self/ns/$n; done; cat /tmp/startContainer'
    const { stdout } = await user.ok(hooked(directory, container, script))
    const order = toldBy(directory, 'order').trim().split('\n')
    const wanted = ['prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop']
    assert.deepEqual(order, wanted)
    const inside = stdout.split('\n').slice(0, 3)
    const ours = (['net', 'uts', 'pid'] as const).map((type) => namespaceOf('self', type))
    for (const stage of outside) {
      const { namespaces, words } = told(toldBy(directory, stage))
      assert.deepEqual(namespaces, ours, stage)
      assert.equal(words[0], 'word')
      if (stage !== 'poststop') assert.equal(words.at(-1), 'bundle')
    }
    const states = onHost.map((stage) => told(toldBy(directory, stage)).state)
    const [prestart = {}] = states
    assert.ok(Number(prestart['pid']) > 1)
    assert.deepEqual(
      states.map(({ status }) => status),
      ['creating', 'creating', 'running', 'stopped', 'creating'],
    )
    assert.deepEqual(
      states.map(({ pid }) => pid),
      [prestart['pid'], prestart['pid'], prestart['pid'], undefined, 1],
    )
    for (const { id, bundle, ociVersion } of states)
      assert.deepEqual([id, bundle, ociVersion], [prestart['id'], prestart['bundle'], '1.2.0'])
    assert.deepEqual(told(toldBy(directory, 'createContainer')).namespaces, inside)
    const started = told(stdout.slice(inside.join('\n').length + 1))
    assert.deepEqual(started.namespaces, inside)
    assert.deepEqual([started.state['status'], started.state['pid']], ['created', 1])
  })

  matrix('that fail before the program runs fail the run, and poststop is told', async (user) => {
    const container = await user.container('busybox')
    for (const stage of ['prestart', 'createRuntime', 'createContainer', 'startContainer']) {
      const directory = writeHooks(user, [fails(stage), witness('poststop')], stage)
      const result = await user.tsbuild(hooked(directory, container, 'echo ran'))
      assert.deepEqual([result.code, result.stdout], [125, ''])
      const words = `the ${stage} hook /bin/sh failed\\n.*caused by: exit code 3: words\\n.*hint: `
      assert.match(result.stderr, new RegExp(words))
      assert.equal(told(toldBy(directory, 'poststop')).state['status'], 'stopped')
    }
  })

  matrix('that fail later are told, and the status is the program’s', async (user) => {
    const container = await user.container('busybox')
    const directory = writeHooks(user, [fails('poststart'), fails('poststop')])
    const { code, stdout, stderr } = await user.tsbuild(hooked(directory, container, 'exit 4'))
    assert.deepEqual([code, stdout], [4, ''])
    assert.match(stderr, /^tsbuild: warning: the poststart hook \/bin\/sh failed\n.*: words\n/)
    assert.match(stderr, /\nwords\ntsbuild: warning: the poststop hook .* failed: exit code 3\n$/)
  })

  matrix(
    'that take too long are killed with their children',
    async (user) => {
      const container = await user.container('busybox')
      for (const stage of ['createRuntime', 'createContainer']) {
        const slow = { stages: [stage], script: 'sleep 1006 & sleep 1006', timeout: 1 }
        const directory = writeHooks(user, [slow], stage)
        const { code, stderr } = await user.tsbuild(hooked(directory, container, 'echo ran'))
        assert.equal(code, 125)
        assert.match(stderr, /hook \/bin\/sh failed\n.*caused by: it took .* and was killed\n/)
      }
    },
    { kinds: ['subid'] },
  )

  for (const victim of ['node', 'launcher'] as const)
    matrix(`leave nothing when the ${victim} is killed`, async (user) => {
      const container = await user.container('busybox')
      const sleeps = { stages: ['createRuntime'], script: 'echo >$0/begun; exec sleep 1007' }
      const directory = writeHooks(user, [sleeps, witness('poststop')])
      const run = user.spawn([...user.command, ...hooked(directory, container, 'echo ran')])
      await until('the hook runs', () => existsSync(join(directory, 'begun')))
      process.kill(castOf(run.pid)[victim] ?? 0, 'SIGKILL')
      await run.result
      assert.equal(existsSync(join(directory, 'poststop')), victim === 'node')
    })
})

describe('a precreate hook', () => {
  const edit = (script: string) => [{ stages: ['precreate'], script }]

  matrix('edits the spec', async (user) => {
    const container = await user.container('busybox')
    const script = `sed -e 's/"hostname": "[^"]*"/"hostname": "edited"/' -e 's/"HOME=[^"]*"/"A=b"/'`
    const directory = writeHooks(user, edit(script))
    const { stdout } = await user.ok(hooked(directory, container, 'hostname; echo $A'))
    assert.equal(stdout, 'edited\nb\n')
  })

  matrix(
    'that writes no spec, or what is done already, fails the run',
    async (user) => {
      const container = await user.container('busybox')
      const bad = [
        ['echo nonsense', /caused by: Unexpected token/],
        ['echo "{}"', /caused by: .*ociVersion: expected a version/],
        [`sed 's|"path": "[^"]*"|"path": "/other"|'`, /caused by: it changes \/root\/path, which/],
      ] as const
      for (const [index, [script, words]] of bad.entries()) {
        const directory = writeHooks(user, edit(script), `${index}`)
        const { code, stderr } = await user.tsbuild(hooked(directory, container, 'echo ran'))
        assert.equal(code, 125)
        assert.match(stderr, /the precreate hook \/bin\/sh failed\n/)
        assert.match(stderr, words)
      }
    },
    { kinds: ['subid'] },
  )
})

describe('where hooks come from', () => {
  matrix('hooks_dir of containers.conf, for RUN of a build as well', async (user) => {
    await makeBase(user)
    const directory = writeHooks(user, [witness('prestart'), witness('poststop')])
    const conf = join(user.directory, 'containers.conf')
    writeFileSync(conf, `[engine]\nhooks_dir = ["${directory}"]\n`)
    const context = writeContext(user, 'context', { Containerfile: 'FROM busybox\nRUN true\n' })
    await user.ok(['build', '--network', 'none', context], { env: { CONTAINERS_CONF: conf } })
    assert.equal(toldBy(directory, 'order'), 'prestart\npoststop\n')
  })

  matrix('a step whose hook fails does not run', async (user) => {
    await makeBase(user)
    const directory = writeHooks(user, [fails('createRuntime'), witness('poststop')])
    const context = writeContext(user, 'context', { Containerfile: 'FROM busybox\nRUN echo ran\n' })
    const args = ['build', '--network', 'none', '--hooks-dir', directory, context]
    const { code, stdout, stderr } = await user.tsbuild(args)
    assert.equal(code, 125)
    assert.match(stderr, /the createRuntime hook \/bin\/sh failed\n.*exit code 3: words\n/)
    assert.doesNotMatch(stdout, /^ran$/m)
    assert.equal(toldBy(directory, 'order'), 'poststop\n')
  })

  matrix(
    'no directory, and no hook, is an error',
    async (user) => {
      const container = await user.container('busybox')
      const missing = await user.tsbuild(hooked('/missing', container, 'echo ran'))
      assert.equal(missing.code, 125)
      assert.match(missing.stderr, /cannot read the hooks in \/missing\n.*ENOENT.*\n.*hint: /)
      const directory = writeHooks(user, [{ stages: ['later'], script: ':' }])
      const { code, stderr } = await user.tsbuild(hooked(directory, container, 'echo ran'))
      assert.equal(code, 125)
      assert.match(
        stderr,
        /cannot use the hook of .*0\.json\n.*stages\/0: expected one of precreate/,
      )
    },
    { kinds: ['subid'] },
  )
})
