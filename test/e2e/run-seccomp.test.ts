// SPDX-License-Identifier: Apache-2.0
/** Filters of system calls: profiles from files, and agents that are asked. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { after, before, describe } from 'node:test'
import type { Running } from '../harness/child.ts'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { buildSeccompAgent, listens, refuse, statesOf } from '../harness/seccomp-agent.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, makeBase, writeContext } from './support/builds.ts'
import { checkRows, type RunRow, runArgs, shell } from './support/rows.ts'

const { ENOSPC } = constants.errno

let folder = ''
before(() => {
  folder = mkdtempSync(join(facts().directory, 'agent-'))
  chmodSync(folder, 0o755)
  buildSeccompAgent(join(folder, 'agent'))
})
after(() => rmSync(folder, { recursive: true }))

/** A file of the user's. */
function writeProfile(user: TestUser, name: string, profile: object): string {
  const path = join(user.directory, name)
  writeFileSync(path, JSON.stringify(profile))
  chownSync(path, user.uid, user.gid)
  return `seccomp=${path}`
}

const mkdirs = ['mkdir', 'mkdirat']
const refusing = {
  defaultAction: 'SCMP_ACT_ALLOW',
  archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] }],
  syscalls: [
    {
      names: [...mkdirs, 'no_such_call'],
      action: 'SCMP_ACT_ERRNO',
      errno: 'EXDEV',
      includes: { minKernel: '4.8' },
      excludes: { caps: ['CAP_SYS_TIME'] },
    },
  ],
}

const rowsOf = (user: TestUser): readonly RunRow[] => {
  const profile = writeProfile(user, 'refusing.json', refusing)
  const broken = writeProfile(user, 'broken.json', { ...refusing, flags: ['LOG'] })
  const script = shell('mkdir /made; echo $?; rmdir /made 2>/dev/null; true')
  const refused = { stdout: '1\n', stderr: /cross-device|invalid cross/i }
  return [
    { name: 'a profile', options: ['--security-opt', profile], argv: script, want: refused },
    { name: 'it again', options: ['--security-opt', profile], argv: script, want: refused },
    {
      name: 'its rules are chosen by capabilities',
      options: ['--security-opt', profile, '--cap-add', 'CAP_SYS_TIME'],
      argv: script,
      want: { stdout: '0\n' },
    },
    {
      name: 'one that is wrong, by file and place',
      options: ['--security-opt', broken],
      argv: script,
      want: { code: 125, stderr: /broken\.json\n {2}caused by: flags\[0\]: unknown flag "LOG"\n/ },
    },
    {
      name: 'one that is not there',
      options: ['--security-opt', 'seccomp=/nonexistent/profile'],
      argv: script,
      want: { code: 125, stderr: /cannot read the seccomp profile \/nonexistent\/profile\n/ },
    },
  ]
}

describe('a seccomp profile', () => {
  matrix('decides what a program can call', async (user) =>
    checkRows(user, await user.container('busybox'), rowsOf(user)),
  )

  matrix('may have an agent asked', askAgent)
  matrix('may have an agent asked by RUN', askAgentInBuild)
  matrix('fails when its agent is not there', lackAgent)
  matrix('whose agent is silent does not keep a run from ending', silentAgent)
})

interface Agent {
  readonly running: Running
  /** Of a profile that has it asked about mkdir, or `names`. */
  readonly option: string
}

async function startAgent(user: TestUser, names = mkdirs): Promise<Agent> {
  const socket = join(user.directory, 'agent.sock')
  const rules = [refuse('mkdir', ENOSPC), refuse('mkdirat', ENOSPC)]
  const running = user.spawn([join(folder, 'agent'), socket, '1', ...rules])
  await listens(running)
  return { running, option: writeProfile(user, 'asking.json', profileAsking(socket, names)) }
}

const profileAsking = (listenerPath: string, names: readonly string[]) => ({
  defaultAction: 'SCMP_ACT_ALLOW',
  listenerPath,
  listenerMetadata: 'of the test',
  syscalls: [{ names, action: 'SCMP_ACT_NOTIFY' }],
})

async function askAgent(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  // What would wait for ever if we asked before the agent had its listener.
  const ours = ['sendmsg', 'recvmsg', 'write', 'close', 'execve', 'setresuid', 'capset']
  for (const options of [[], ['--security-opt', 'no-new-privileges']]) {
    const { running, option } = await startAgent(user, [...mkdirs, ...ours])
    const args = ['--network', 'none', '--security-opt', option, ...options, container]
    const { stdout } = await user.tsbuild(['run', ...args, ...shell('mkdir /a 2>&1; echo $?')])
    assert.match(stdout, /no space left.*\n1\n$/i)
    const agent = await running.result
    assert.equal(agent.code, 0, agent.stderr)
    const [state = '{}', ...others] = statesOf(agent.stdout)
    assert.deepEqual(others, [])
    const { fds, metadata, pid, state: inner } = JSON.parse(state)
    assert.deepEqual({ fds, metadata }, { fds: ['seccompFd'], metadata: 'of the test' })
    assert.deepEqual([inner.status, inner.pid], ['creating', pid])
    assert.ok(inner.id !== '' && inner.bundle.startsWith('/'))
  }
}

async function askAgentInBuild(user: TestUser): Promise<void> {
  await makeBase(user)
  const { running, option } = await startAgent(user)
  const text = 'FROM busybox\nRUN mkdir /made 2>/said; echo $? >>/said; cat /said\n'
  const context = writeContext(user, 'context', { Containerfile: text })
  const built = await user.ok([...buildArgs(context), '--security-opt', option])
  assert.match(`${built.stdout}${built.stderr}`, /no space left/i)
  assert.equal((await running.result).code, 0)
}

async function lackAgent(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const option = writeProfile(user, 'alone.json', profileAsking('/nonexistent/agent', mkdirs))
  const args = ['run', '--network', 'none', '--security-opt', option, container, 'true']
  const { code, stderr } = await user.tsbuild(args)
  assert.equal(code, 125)
  assert.match(stderr, /cannot hand the seccomp listener to its agent\n.*ENOENT\n.*start the agent/)
  await user.ok(runArgs(container, ['true']))
}

/** The container waits in its execve for an agent that is stopped. */
async function silentAgent(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const { running, option } = await startAgent(user, ['execve'])
    running.kill('SIGSTOP')
    const args = ['run', '--network', 'none', '--security-opt', option, container, 'true']
    const run = user.spawn([...user.command, ...args], { env: { TSBUILD_TRACE: 'shim' } })
    await until('the agent is named', () => run.stderr().includes('"seccomp-agent"'))
    run.kill(signal)
    const result = await run.result
    assert.ok(result.code === 143 || result.signal === 'SIGKILL', `${result.code}`)
    running.kill('SIGKILL')
    await running.result
    rmSync(join(user.directory, 'agent.sock'))
    await user.ok(runArgs(container, ['true']))
  }
}
