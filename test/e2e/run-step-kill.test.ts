// SPDX-License-Identifier: Apache-2.0
/** SIGKILL for each process of a step, from its beginning on: nothing is left within a second. */
import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, readlinkSync, writeSync } from 'node:fs'
import { describe } from 'node:test'
import { O_PATH } from '../../native-shim/syscalls.ts'
import type { Result, Running } from '../harness/child.ts'
import type { Kind } from '../harness/facts.ts'
import { leftovers, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import { readProc } from '../harness/processes.ts'
import type { Requirement } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { runArgs, shell } from './support/rows.ts'
import { type StepRole, stepCastOf, stepRoles } from './support/step-roles.ts'
import { startSteps } from './support/steps.ts'
import { tracedIn } from './support/traces.ts'

const script = 'echo one; exec sleep 1000'

interface Program {
  readonly name: string
  readonly args: readonly string[]
  readonly kinds: readonly Kind[]
  readonly needs: readonly Requirement[]
}

const programs: readonly Program[] = [
  {
    name: 'a program that sleeps',
    args: shell(script),
    kinds: ['root', 'subid', 'single'],
    needs: ['tun'],
  },
  {
    name: 'a program that changes its user', // which clears the signal for the death of a parent
    args: ['su', '-s', '/bin/sh', 'nobody', '-c', script],
    kinds: ['root', 'subid'],
    needs: ['tun', 'root'],
  },
]

/** Points in the life of a step that can be seen from outside. */
const moments: Readonly<Record<string, (run: Running) => boolean>> = {
  'when it is there': () => true,
  'when init has its first ops': (run) => opsIn(run) >= 1,
  'when init has the rest': (run) => opsIn(run) >= 2,
  'when the program runs': (run) => run.stdout().includes('one\n'),
}

const opsIn = (run: Running): number =>
  tracedIn(run.stderr()).filter(({ area, event }) => area === 'shim' && event === 'ops').length

/** How Node reports it, or how it ends itself. */
const endings: Readonly<Record<StepRole, RegExp>> = {
  launcher: /^SIGKILL/,
  node: /^137/,
  shim: /^0.*RUNTIME_FAILED: cannot run the container to its end/s,
  guard: /^0.*"exitCode":125/s,
  init: /^0.*("exitCode":125|"status":137)/s,
}

describe('SIGKILL in a step', () => {
  for (const role of stepRoles) {
    for (const { name, args, ...options } of programs) {
      matrix(`of ${role}, ${name}`, (user) => killAtEach(user, role, args), options)
    }
  }
})

describe('the monitor of a step', () => {
  matrix('cannot be written to, and holds nothing of ours', inspect)
})

async function killAtEach(user: TestUser, role: StepRole, args: readonly string[]): Promise<void> {
  const container = await user.container('busybox')
  for (const [name, reached] of Object.entries(moments)) {
    const before = survey()
    const step = { container, args, network: 'slirp4netns' } as const
    const run = startSteps(user, { steps: [step] }, { env: { TSBUILD_TRACE: 'all' } })
    process.kill(await victimOf(run, role, reached), 'SIGKILL')
    const result = await run.result
    const what = `${role} ${name}: ${failureText(args, result)}`
    assert.match(endOf(result), endings[role], what)
    assert.deepEqual(await leftovers(before, user), [], what)
    await user.ok(runArgs(container, ['true']))
  }
}

const endOf = ({ code, signal, stdout }: Result): string => `${signal ?? code} ${stdout}`

/** Looks without a pause: what is waited for is milliseconds apart. */
async function victimOf(run: Running, role: StepRole, reached: (run: Running) => boolean) {
  const look = () => reached(run) && stepCastOf(run.pid)[role]
  return until(`${role} is there`, look).catch((error) => {
    throw new Error(`${error.message}: ${run.stdout()}\n${run.stderr().slice(-2000)}`)
  })
}

/** What a container finds in /proc when it enters or is entered (CVE-2019-5736). */
async function inspect(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const run = startSteps(user, { steps: [{ container, args: shell(script) }] })
  await until('the program runs', () => run.stdout().includes('one\n'))
  const { shim = 0, guard = 0 } = stepCastOf(run.pid)
  assert.equal(readProc(shim, 'environ'), '')
  const links = readdirSync(`/proc/${shim}/fd`).map((fd) => readlinkSync(`/proc/${shim}/fd/${fd}`))
  assert.deepEqual(
    links.filter((name) => !known.test(name)),
    [],
  )
  const held = [shim, guard].map((pid) => openSync(`/proc/${pid}/exe`, O_PATH))
  run.kill('SIGKILL')
  await run.result
  await until('the monitor has ended', () => readProc(shim, 'environ') === undefined)
  for (const fd of held) {
    assert.throws(() => overwrite(`/proc/self/fd/${fd}`), /^Error: (EROFS|EPERM):/) // not ETXTBSY
    closeSync(fd)
  }
}

/** What a monitor has open: its stdio, its conversations, its pipes. */
const known = /^(socket:|pipe:|anon_inode:\[(pidfd|signalfd)\]$|\/dev\/null$)/

function overwrite(path: string): void {
  const fd = openSync(path, 'r+')
  try {
    writeSync(fd, '#!/bin/sh')
  } finally {
    closeSync(fd)
  }
}
