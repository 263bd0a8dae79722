// SPDX-License-Identifier: Apache-2.0
/**
 * SIGKILL for each process of a run with an OCI runtime, at moments from its beginning on: nothing
 * is left within a second but perhaps a cgroup, which the next command removes.
 */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Running } from '../harness/child.ts'
import type { Kind } from '../harness/facts.ts'
import { leftovers, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import { commandLine, descendants } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { ourCgroups, type runtimes } from './support/external.ts'
import { castOf } from './support/roles.ts'
import { tracedIn } from './support/traces.ts'

type Runtime = (typeof runtimes)[number]

/** One for each, for time's sake: root's runc makes cgroups. */
const chosen: readonly (readonly [Kind, Runtime])[] = [
  ['root', 'runc'],
  ['subid', 'crun'],
  ['single', 'runc'],
]

const roles = ['launcher', 'node', 'guard', 'command', 'init'] as const
type Role = (typeof roles)[number]

/** How many of the runtime's commands have ended, or that the program sleeps. */
const moments = [0, 1, 2, 'asleep'] as const
type Moment = (typeof moments)[number]

describe('SIGKILL', () => {
  for (const [kind, runtime] of chosen)
    for (const role of roles) {
      const needs = ['tun', `program:${runtime}`] as const
      const options = { kinds: [kind], needs }
      matrix(`of ${role}, with ${runtime}`, (user) => killAtEach(user, role, runtime), options)
    }
})

async function killAtEach(user: TestUser, role: Role, runtime: Runtime): Promise<void> {
  const container = await user.container('busybox')
  const { stdout } = await user.ok(['inspect', '--type', 'container', container])
  const id: string = JSON.parse(stdout).ContainerID
  for (const moment of moments) {
    const before = survey()
    const argv = ['run', '--runtime', runtime, container, 'sh', '-c', 'exec sleep 1000']
    const run = user.spawn([...user.command, ...argv], { env: { TSBUILD_TRACE: 'all' } })
    await killAt(run, role, moment)
    const what = `${role} at ${moment}`
    const { code, signal } = await run.result
    assert.ok([125, 137, 143, null].includes(code), `${what}: ${code}`)
    assert.ok(code !== null || signal === 'SIGKILL', what)
    assert.deepEqual(await leftovers(before, user), [], what)
    if (user.kind === 'root') await user.ok(['from', 'scratch'])
    assert.deepEqual(ourCgroups(id), [], what)
  }
  await user.ok(['run', '--runtime', runtime, '--network', 'none', container, 'true'])
  assert.deepEqual(ourCgroups(id), [])
}

/** Kills whoever has the role when the moment has come; kindly, when nobody has it any more. */
async function killAt(run: Running, role: Role, moment: Moment): Promise<void> {
  for (;;) {
    const isDone = hasEnded(run) || sleeps(run.pid)
    const victim = isDone || isReached(run, moment) ? victimOf(run.pid, role) : undefined
    if (victim !== undefined && kill(victim, 'SIGKILL')) break
    if (isDone) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  // Without Node or a command that has done its work, all goes on.
  await until('it ends or its program sleeps', () => hasEnded(run) || sleeps(run.pid))
  if (!hasEnded(run)) run.kill('SIGTERM')
}

const isReached = (run: Running, moment: Moment): boolean =>
  moment === 'asleep'
    ? sleeps(run.pid)
    : tracedIn(run.stderr()).filter(({ event }) => event === 'runtime').length >= moment

function victimOf(pid: number, role: Role): number | undefined {
  const cast = castOf(pid)
  if (role !== 'command') return cast[role]
  return descendants(cast.guard ?? pid).find((one) => commandLine(one.pid)?.includes('--root'))?.pid
}

const sleeps = (pid: number): boolean =>
  descendants(pid).some((one) => commandLine(one.pid)?.join(' ') === 'sleep 1000')

const hasEnded = ({ child }: Running): boolean =>
  child.exitCode !== null || child.signalCode !== null

function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false // it has just ended by itself
  }
}
