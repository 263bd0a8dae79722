// SPDX-License-Identifier: Apache-2.0
/** The harness must see what a case leaves behind: otherwise every other file proves too little. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { facts, type Kind } from '../harness/facts.ts'
import { leftovers, type Survey, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import { lacking } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { openUser, type TestUser } from '../harness/user.ts'

interface Leak {
  readonly name: string
  /** Leaves something behind and returns how to take it away again. */
  readonly leak: (user: TestUser) => Promise<() => Promise<unknown>>
  readonly want: RegExp
}

const nothing = async () => {}

const leaks: readonly Leak[] = [
  {
    name: 'a process',
    async leak(user) {
      const { kill, result } = user.spawn(['sleep', '60'])
      return async () => {
        kill('SIGKILL')
        await result
      }
    },
    want: /^process \d+ \(sleep\)$/,
  },
  {
    name: 'a process in a session and a user namespace of its own, without our environment',
    async leak(user) {
      const argv = ['env', '-i', '/usr/bin/setsid', '/usr/bin/unshare', '--user', 'sleep', '60']
      const { pid, kill, result } = user.spawn(argv)
      const started = () => existsSync(`/proc/${pid}`) && nameOf(pid) === 'sleep'
      await until('it sleeps', started)
      return async () => {
        kill('SIGKILL')
        await result
      }
    },
    want: /^process \d+ \(sleep\)$/,
  },
  {
    name: 'a temporary file',
    leak: (user) => user.run(['mktemp']).then(() => nothing),
    want: /^temporary file .*\/tmp\/tmp\./,
  },
  {
    name: 'a file in the home directory',
    leak: (user) => user.run(['sh', '-c', 'echo >$HOME/.cache']).then(() => nothing),
    want: /^file in the home directory .*\/home\/\.cache$/,
  },
  {
    name: 'run state',
    async leak(user) {
      mkdirSync(join(user.runroot, 'containers'), { recursive: true })
      writeFileSync(join(user.runroot, 'containers/1.json'), '{}')
      return nothing
    },
    want: /^run state .*\/run\/containers\/1\.json$/,
  },
]

describe('leftovers', () => {
  for (const { name, leak, want } of leaks) {
    it(`${name} is found`, async () => {
      await using user = openUser(someKind())
      const before = survey()
      const undo = await leak(user)
      const found = await leftovers(before, user, 50)
      await undo()
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0] ?? '', want)
    })
  }

  it('a lock of the store is found, and the process which holds it', async () => {
    await using user = openUser(someKind())
    const before = survey()
    const { kill, result } = await holdLock(user)
    const found = await leftovers(before, user, 50)
    kill('SIGKILL')
    await result
    assert.match(found.join('\n'), /^lock on .*\/store\/locks\/store$/m)
    assert.match(found.join('\n'), /^process \d+ \(sleep\)$/m)
    await nothingLeft(before, user)
  })

  it('a mount is found', { skip: lacking('root') ?? false }, async () => {
    await using user = openUser('root')
    const before = survey()
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', user.temporary])
    const found = await leftovers(before, user, 50)
    execFileSync('umount', [user.temporary])
    assert.match(found.join('\n'), /^mount .*\/tmp .* tmpfs /)
    await nothingLeft(before, user)
  })
})

describe('a test user', () => {
  matrix('is the account, with a clean environment and the installed command', async (user) => {
    const script = 'id -un; id -u; echo $HOME; pwd; env | cut -d= -f1 | sort | tr "\\n" " "'
    const { stdout } = await user.run(['sh', '-c', script])
    const variables = 'HOME LANG LOGNAME PATH PWD SHELL TMPDIR USER '
    assert.equal(stdout, `${user.name}\n${user.uid}\n${user.home}\n/\n${variables}`)
    assert.equal((await user.run(['test', '-x', facts().tsbuild])).code, 0)
  })

  matrix('gets its input, and its status and output are told', async (user) => {
    const result = await user.run(['sh', '-c', 'cat; echo no >&2; exit 3'], { input: 'yes' })
    assert.deepEqual(result, { code: 3, signal: null, stdout: 'yes', stderr: 'no\n' })
  })
})

const someKind = (): Kind => {
  const { root, single } = facts().accounts
  if (root !== null) return 'root'
  return single === null ? 'subid' : 'single'
}

const nameOf = (pid: number): string =>
  execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).trim()

async function holdLock(user: TestUser) {
  mkdirSync(join(user.root, 'locks'), { recursive: true })
  const script = 'exec 9>"$0"; flock 9; echo held; exec sleep 60'
  const held = user.spawn(['sh', '-c', script, join(user.root, 'locks/store')])
  await until('the lock is held', () => held.stdout() === 'held\n')
  return held
}

const nothingLeft = async (before: Survey, user: TestUser) =>
  assert.deepEqual(await leftovers(before, user), [])
