// SPDX-License-Identifier: Apache-2.0
/**
 * Containers that share a pid namespace: nothing is left while a guard or a monitor lives, and
 * what outlives both is reported by the next command.
 */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Running } from '../harness/child.ts'
import { leftovers, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import { commandLine, descendants, type Process, readProcess } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { runArgs, shell } from './support/rows.ts'

const LOOSE = 'sleep 4321'
const loose = [`setsid ${LOOSE} &`, `setsid sh -c '${LOOSE}; true' &`].map((one) => `(${one});`)
// What they print nobody waits for.
const script = `(${loose.join(' ')}) >/dev/null 2>&1; exec sleep 1234`

const sharing = {
  'a shared pid namespace': ['run', '--network', 'none', '--pid', 'host'],
  'chroot isolation': ['run', '--network', 'host', '--isolation', 'chroot'],
} as const

interface Cast {
  readonly launcher: number
  readonly guard: number
  readonly init: number
  readonly loose: readonly Process[]
}

const says = (pid: number) => commandLine(pid)?.join(' ')

async function castOf(run: Running): Promise<Cast> {
  return until('the program and what it let loose are there', () => {
    const below = descendants(run.pid)
    const loose = below.filter(({ pid }) => says(pid) === LOOSE)
    const init = below.find(({ pid }) => says(pid) === 'sleep 1234')
    const guard = below.find(({ pid }) => pid === init?.parent)
    // A command that changes the user comes first, and execs.
    const launcher = guard?.parent
    if (loose.length < 2 || init === undefined || guard === undefined) return undefined
    return launcher === undefined
      ? undefined
      : { launcher, guard: guard.pid, init: init.pid, loose }
  })
}

async function startLoose(user: TestUser, args: readonly string[]) {
  const run = user.spawn([...user.command, ...args, ...shell(script)])
  return { run, cast: await castOf(run) }
}

const kill = (...pids: readonly number[]) => {
  for (const pid of pids) process.kill(pid, 'SIGKILL')
}

const hits = {
  launcher: ({ launcher }: Cast) => kill(launcher),
  guard: ({ guard }: Cast) => kill(guard),
  init: ({ init }: Cast) => kill(init),
} as const

describe('with a pid namespace that is shared', () => {
  for (const [how, args] of Object.entries(sharing)) {
    matrix(`SIGKILL of one process leaves nothing: ${how}`, async (user) => {
      const container = await user.container('busybox')
      for (const [victim, hit] of Object.entries(hits)) {
        const before = survey()
        const { run, cast } = await startLoose(user, [...args, container])
        hit(cast)
        const result = await run.result
        assert.ok(result.signal === 'SIGKILL' || result.code === 137, failureText(args, result))
        const next = await user.tsbuild(['containers'])
        assert.equal(next.stderr, '', `after SIGKILL of ${victim}`)
        assert.deepEqual(await leftovers(before, user), [], victim)
      }
      await user.ok(runArgs(container, ['true']))
    })

    matrix(`what outlives guard and monitor is reported once: ${how}`, async (user) => {
      const container = await user.container('busybox')
      const { run, cast } = await startLoose(user, [...args, container])
      process.kill(cast.launcher, 'SIGSTOP') // or it would see the end of the guard
      kill(cast.guard, cast.launcher)
      await run.result
      const left = cast.loose.filter(
        ({ pid, startTime }) => readProcess(pid)?.startTime === startTime,
      )
      assert.equal(left.length, cast.loose.length, 'nobody was there to end them')
      if (user.kind !== 'root') {
        const blind = await user.tsbuild(runArgs(container, ['true']))
        assert.match(blind.stderr, /a run in container .* was killed.*"tsbuild containers" tells/)
      }
      const { stderr, code } = await user.tsbuild(['containers'])
      const [, pids = ''] = /left processes behind: ([\d ]+);.*kill -9 \1/.exec(stderr) ?? []
      const reported = pids.split(' ').map(Number)
      assert.ok(code === 0 && left.every(({ pid }) => reported.includes(pid)), stderr)
      kill(...reported)
      assert.equal((await user.tsbuild(['containers'])).stderr, '')
      await user.ok(runArgs(container, ['true']))
    })
  }
})
