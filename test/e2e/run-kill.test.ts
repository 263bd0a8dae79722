// SPDX-License-Identifier: Apache-2.0
/**
 * SIGKILL for each process of a run at ten moments from its beginning on: nothing is left within
 * a second, and the container can be used.
 */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Result, Running } from '../harness/child.ts'
import type { Kind } from '../harness/facts.ts'
import { leftovers, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import type { Requirement } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { type Moment, momentOf, moments, settled } from './support/moments.ts'
import { castOf, type Role, roles } from './support/roles.ts'
import { runArgs, shell } from './support/rows.ts'
import { wordsIn } from './support/traces.ts'

interface Program {
  readonly name: string
  readonly argv: readonly string[]
  readonly kinds: readonly Kind[]
  readonly needs: readonly Requirement[]
}

const script = 'echo one; echo two; exec sleep 1000'

const programs: readonly Program[] = [
  {
    name: 'a program that sleeps',
    argv: shell(script),
    kinds: ['root', 'subid', 'single'],
    needs: ['tun'],
  },
  {
    name: 'a program that changes its user', // which clears the signal for the death of a parent
    argv: ['su', '-s', '/bin/sh', 'nobody', '-c', script],
    kinds: ['root', 'subid'],
    needs: ['tun', 'root'], // only root can kill what belongs to a subordinate id
  },
]

/** How a run ends when that process was killed, before and after its program was started. */
const endings: Readonly<Record<Role, (result: Result) => boolean>> = {
  launcher: ({ signal }) => signal === 'SIGKILL',
  node: ({ code }) => code === 137 || code === 143, // when its work was done all went on
  guard: ({ code }) => code === 125 || code === 137,
  init: ({ code }) => code === 125 || code === 137,
  slirp4netns: ({ code }) => code === 125 || code === 143,
}

describe('SIGKILL', () => {
  for (const role of roles) {
    for (const { name, argv, ...options } of programs) {
      matrix(`of ${role}, ${name}`, (user) => killAtEach(user, role, argv), options)
    }
  }
})

async function killAtEach(user: TestUser, role: Role, argv: readonly string[]): Promise<void> {
  const container = await user.container('busybox')
  const codes: (number | null)[] = []
  for (const moment of moments[role]) {
    const before = survey()
    const run = user.spawn([...user.command, 'run', container, ...argv], {
      env: { TSBUILD_TRACE: 'all' },
    })
    await killAt(run, role, moment)
    const result = await run.result
    codes.push(result.code)
    const what = `${role} ${moment.name}`
    assert.ok(endings[role](result), `${what}: ${failureText(argv, result)}`)
    assert.deepEqual(await leftovers(before, user), [], what)
    await user.ok(runArgs(container, ['true']))
  }
  // Only Node may be gone before it is hit: it ends when the program starts.
  const hits = codes.filter((code) => code !== 143).length
  assert.ok(role !== 'node' || hits >= 3, `Node was hit ${hits} times`)
}

/** Kills at that moment, and kindly what goes on in spite of it. */
async function killAt(run: Running, role: Role, moment: Moment): Promise<void> {
  const victim = await momentOf(run, role, moment)
  if (victim !== undefined) kill(victim)
  if (role === 'slirp4netns') {
    const isTold = () => /slirp4netns/.test(wordsIn(run.stderr()))
    await until(`slirp4netns ${victim} is reported, ${moment.name}`, isTold).catch((error) => {
      throw new Error(`${error.message}: ${wordsIn(run.stderr())}`)
    })
    run.kill('SIGTERM')
  }
  if (role === 'node') {
    const goesOn = () => hasEnded(run) || settled.reached({ run, cast: castOf(run.pid) })
    await until(`it ends, or goes on without Node, ${moment.name}`, goesOn)
    run.kill('SIGTERM')
  }
}

const hasEnded = ({ child }: Running): boolean =>
  child.exitCode !== null || child.signalCode !== null

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Node has just ended by itself.
  }
}
