// SPDX-License-Identifier: Apache-2.0
/** Containers of an OCI runtime are what ours are: status, stdio, users, signals, RUN steps. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { until } from '../harness/until.ts'
import { commandWithPathOf } from './support/bare-path.ts'
import { buildText, listLayer, makeBase, writeContext } from './support/builds.ts'
import { logged, ourCgroups, runtimes } from './support/external.ts'
import { checkRows, type RunRow, runArgs, shell } from './support/rows.ts'
import { tracedIn } from './support/traces.ts'

const rows: readonly RunRow[] = [
  { name: 'the status is the program’s', argv: shell('exit 7'), want: { code: 7 } },
  {
    name: 'a program that is not found',
    argv: ['no-such-program'],
    want: { code: 127, stderr: /"no-such-program": not found\n.*PATH in the container/s },
  },
  {
    name: 'a path that is not there',
    argv: ['/no/such'],
    want: { code: 127, stderr: /"\/no\/such": not found/ },
  },
  {
    name: 'a file that is no program',
    argv: ['/etc/passwd'],
    want: { code: 126, stderr: /permission denied\n.*chmod \+x/s },
  },
  {
    name: 'each stream is its own',
    argv: shell('echo out; echo err >&2'),
    want: { stdout: 'out\n', stderr: 'err\n' },
  },
  {
    name: 'host name, variables and directory are as asked for',
    options: ['--hostname', 'box', '-e', 'WORD=word', '--workingdir', '/made/here'],
    argv: shell('hostname; echo $WORD; pwd; cat /etc/hostname'),
    want: { stdout: 'box\nword\n/made/here\nbox\n' },
  },
  {
    name: 'what it reads ends where it ends',
    argv: shell('cat; echo end'),
    how: { input: 'said' },
    want: { stdout: 'saidend\n' },
  },
  {
    name: 'it is process 1, with no capability but ours and a filter',
    argv: shell('echo $$; grep -E "^(CapBnd|Seccomp):" /proc/self/status'),
    want: { stdout: '1\nCapBnd:\t00000000800405fb\nSeccomp:\t2\n' },
  },
  {
    name: 'the host’s own /sys cannot be written to, to the bottom',
    options: ['--network', 'host'],
    argv: shell('grep " /sys" /proc/self/mounts | grep -v "[ ,]ro[, ]"; true'),
    want: { stdout: '' },
  },
]

const userRow: RunRow = {
  name: 'a user who is not root can open its output anew, and write where it works',
  options: ['--user', '7:7', '--workingdir', '/made/for/me'],
  argv: shell('id -u; echo out >/dev/stdout; echo err >/dev/stderr; touch x && ls -n'),
  want: { stdout: /^7\nout\n.* 7 +7 .* x\n$/s, stderr: 'err\n' },
}

describe('an OCI runtime', () => {
  for (const runtime of runtimes) {
    const needs = [`program:${runtime}`] as const
    const options = ['--runtime', runtime]

    matrix(
      `${runtime} runs what ours runs`,
      async (user) => {
        const container = await user.container('busybox')
        const all = user.kind === 'single' ? rows : [...rows, userRow]
        const asked = all.map((row) => ({ ...row, options: [...options, ...(row.options ?? [])] }))
        await checkRows(user, container, asked)
        const input = randomBytes(1_000_000).toString('base64')
        const args = ['run', ...options, '--network', 'none', container, 'cat']
        assert.ok((await user.ok(args, { input })).stdout === input, 'no byte is lost')
      },
      { needs },
    )

    matrix(
      `${runtime} is called as the runtime specification says, and to end what cannot be completed`,
      async (user) => {
        const { path, calls } = logged(user, runtime)
        const flags = ['--isolation', 'oci', '--runtime', path, '--runtime-flag', 'debug']
        const container = await user.container('busybox')
        await user.ok(['run', ...flags, '--network', 'none', container, 'true'])
        const { verbs, id } = verbsOf(calls())
        assert.deepEqual(verbs, ['create', 'state', 'start', 'delete'])
        const [create = []] = calls()
        assert.deepEqual([create[0], create[1]], ['--debug', '--root'])
        for (const word of ['--bundle', '--pid-file']) assert.ok(create.includes(word), word)
        assert.deepEqual(ourCgroups(id), [])
        rmSync(join(user.home, 'calls'))

        const bare = commandWithPathOf(user, 'newuidmap', 'newgidmap', 'getsubids')
        const run = await user.run([...bare, 'run', '--runtime', path, container, 'true'])
        assert.equal(run.code, 125)
        assert.match(run.stderr, /cannot start slirp4netns/)
        const { verbs: ending } = verbsOf(calls())
        assert.deepEqual(ending, ['create', 'state', 'kill', 'delete'], 'without a network')
        assert.deepEqual(ourCgroups(id), [])
        rmSync(join(user.home, 'calls'))
      },
      { needs },
    )

    matrix(
      `${runtime} passes on signals, and ends what does not take them`,
      async (user) => {
        const container = await user.container('busybox')
        for (const { script, signal, code, stdout } of signals) {
          const argv = ['run', ...options, '--network', 'none', container, ...shell(script)]
          const run = user.spawn([...user.command, ...argv])
          await until('it is ready', () => run.stdout() === 'ready\n')
          run.kill(signal)
          const result = await run.result
          assert.deepEqual([result.code, result.stdout], [code, stdout], script)
        }
        const args = ['run', ...options, '--network', 'none', container, 'sleep', '1000']
        const run = user.spawn([...user.command, ...args], { env: { TSBUILD_TRACE: 'exec' } })
        await until('it is made', () => tracedIn(run.stderr()).length > 0)
        run.kill('SIGINT')
        assert.equal((await run.result).code, 130)
      },
      { needs },
    )

    matrix(
      `${runtime} runs RUN steps, side by side, and leaves no trace in their layers`,
      async (user) => {
        await makeBase(user)
        const bare = 'COPY --from=busybox /bin /bin\n'
        const text = [
          `FROM scratch AS one\n${bare}RUN sleep 0.2; echo 1 >/one`,
          `FROM scratch AS two\n${bare}RUN id -u >/two`,
          `FROM scratch\n${bare}COPY --from=one /one /\nCOPY --from=two /two /`,
          'RUN cat /one /two >/all',
        ].join('\n')
        const id = await buildText(user, text, { options: [...options, '--jobs', '2'] })
        assert.equal((await listLayer(user, id, -1, [])).replace(/^\.\/\n/, ''), 'all\n')
        const failing = `FROM busybox\nRUN exit 3\n`
        const folder = writeContext(user, 'failing', { Containerfile: failing })
        const { code, stderr } = await user.tsbuild(['build', ...options, folder])
        assert.deepEqual([code, /ended with exit code 3/.test(stderr)], [3, true])
      },
      { needs },
    )
  }

  matrix('is remembered by the container, and may be left out for once', async (user) => {
    const base = await user.container('busybox')
    await user.ok(['commit', base, 'base'])
    const { stdout } = await user.ok(['from', '--runtime', 'no-such-runtime', 'base'])
    const container = stdout.trim()
    const remembered = await user.tsbuild(runArgs(container, ['true']))
    assert.equal(remembered.code, 125)
    assert.match(remembered.stderr, /cannot find the OCI runtime "no-such-runtime"\n.*install it/s)
    await user.ok(['run', '--runtime', '', '--network', 'none', container, 'true'])
  })

  matrix('of a variable is taken, and shown its spec', async (user) => {
    const container = await user.container('busybox')
    const env = { TSBUILD_RUNTIME: 'sh' }
    const { stdout } = await user.ok(['run', '--dry-run', container, 'true'], { env })
    assert.equal(JSON.parse(stdout).ociVersion, '1.0.2')
    const { code, stderr } = await user.tsbuild(runArgs(container, ['true']), { env })
    assert.equal(code, 125, 'a shell is no OCI runtime')
    assert.match(stderr, /cannot make the container with sh\n {2}caused by: sh create: exit code/)
  })
})

const signals = [
  {
    script: "trap 'echo TERM; exit 9' TERM; echo ready; sleep 1000 & wait",
    signal: 'SIGTERM',
    code: 9,
    stdout: 'ready\nTERM\n',
  },
  { script: 'echo ready; exec sleep 1000', signal: 'SIGINT', code: 130, stdout: 'ready\n' },
] as const

/** The verb of each call, and the id of the container, which is the last word or before KILL. */
function verbsOf(calls: readonly (readonly string[])[]): { verbs: string[]; id: string } {
  const known = ['create', 'state', 'start', 'kill', 'delete']
  const verbs = calls.map((words) => words.find((word) => known.includes(word)) ?? '?')
  return { verbs, id: calls[0]?.at(-1) ?? '' }
}
