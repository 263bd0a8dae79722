// SPDX-License-Identifier: Apache-2.0
/** Signals: what the user sends reaches the program, and always ends what should end. */
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe } from 'node:test'
import type { Running } from '../harness/child.ts'
import { matrix } from '../harness/matrix.ts'
import { commandLine, statusOf } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { castOf } from './support/roles.ts'
import { runArgs, shell } from './support/rows.ts'
import { tracedIn } from './support/traces.ts'

const forwarded = ['INT', 'TERM', 'HUP', 'QUIT', 'USR1', 'USR2'] as const

/** The program says so, and ends with a status of its own. */
const trapping = (signal: string) =>
  `trap 'echo ${signal}; exit 7' ${signal}; echo ready; sleep 1000 & wait`

interface Ending {
  readonly name: string
  readonly script: string
  readonly send: (run: Running) => void
  readonly want: { readonly code: number; readonly stdout: string }
}

const sleeper = 'echo ready; exec sleep 1000'
const toLauncher = (signal: NodeJS.Signals) => (run: Running) => run.kill(signal)

const endings: readonly Ending[] = [
  ...forwarded.map((signal) => ({
    name: `SIG${signal} ends a program that does not care`,
    script: sleeper,
    send: toLauncher(`SIG${signal}`),
    want: { code: 128 + constants.signals[`SIG${signal}`], stdout: 'ready\n' },
  })),
  ...forwarded.map((signal) => ({
    name: `SIG${signal} reaches a program that waits for it`,
    script: trapping(signal),
    send: toLauncher(`SIG${signal}`),
    want: { code: 7, stdout: `ready\n${signal}\n` },
  })),
  {
    name: 'a signal that the program ignores is ignored',
    script: `trap "" TERM; ${trapping('USR1')}`,
    send: (run) => {
      run.kill('SIGTERM')
      run.kill('SIGUSR1')
    },
    want: { code: 7, stdout: 'ready\nUSR1\n' },
  },
  {
    name: 'Ctrl-C in the process group of the launcher',
    script: trapping('INT'),
    send: ({ pid }) => process.kill(-pid, 'SIGINT'),
    want: { code: 7, stdout: 'ready\nINT\n' },
  },
  {
    name: 'Ctrl-C in the process group, and a program that does not care',
    script: sleeper,
    send: ({ pid }) => process.kill(-pid, 'SIGINT'),
    want: { code: 130, stdout: 'ready\n' },
  },
  {
    name: 'init killed from outside',
    script: sleeper,
    send: ({ pid }) => killInit(pid, 'SIGKILL'),
    want: { code: 137, stdout: 'ready\n' },
  },
  {
    name: 'init ended from outside by a signal that it can take',
    script: trapping('TERM'),
    send: ({ pid }) => killInit(pid, 'SIGTERM'),
    want: { code: 7, stdout: 'ready\nTERM\n' },
  },
]

describe('signals', () => {
  matrix('end what they should, and tell', async (user) => {
    const container = await user.container('busybox')
    for (const { name, script, send, want } of endings) {
      const run = await ready(user, container, script)
      send(run)
      const { code, stdout } = await run.result.catch((error) => {
        throw new Error(`${name}: ${error.message}`)
      })
      assert.deepEqual({ code, stdout }, want, name)
    }
  })

  matrix('while it is set up end it as well', async (user) => {
    const container = await user.container('busybox')
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const run = user.spawn([...user.command, ...runArgs(container, shell(sleeper))], {
        env: { TSBUILD_TRACE: 'shim' },
      })
      const begun = () => tracedIn(run.stderr()).some(({ event }) => event === 'init')
      await until('init is there', begun)
      run.kill(signal)
      assert.equal((await run.result).code, code, signal)
    }
  })

  matrix('stop and go on', async (user) => {
    const container = await user.container('busybox')
    const run = await ready(user, container, trapping('USR1'))
    run.kill('SIGSTOP')
    await until('it has stopped', () => /^T/.test(statusOf(run.pid, 'State') ?? ''))
    run.kill('SIGUSR1')
    run.kill('SIGCONT')
    const { code, stdout } = await run.result
    assert.deepEqual({ code, stdout }, { code: 7, stdout: 'ready\nUSR1\n' })
  })
})

/** In a process group of its own, as a shell starts its jobs, and with the program at work. */
async function ready(user: TestUser, container: string, script: string): Promise<Running> {
  const argv = ['setsid', ...user.command, ...runArgs(container, shell(script))]
  const run = user.spawn(argv)
  await until('it is ready', () => run.stdout() === 'ready\n')
  // Until it is replaced the shell catches SIGINT, and forgets it when it is.
  if (script === sleeper) await until('it sleeps', () => programOf(run.pid) === 'sleep 1000')
  return run
}

const programOf = (launcher: number): string | undefined =>
  commandLine(castOf(launcher).init ?? 0)?.join(' ')

function killInit(launcher: number, signal: NodeJS.Signals): void {
  const { init } = castOf(launcher)
  assert.ok(init !== undefined)
  process.kill(init, signal)
}
