// SPDX-License-Identifier: Apache-2.0
/** `run --dry-run`: the runtime specification is printed, and nothing starts. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { runArgs } from './support/rows.ts'

/** The parts of config.json that are looked at. */
interface Spec {
  readonly ociVersion: string
  readonly hostname: string
  readonly process: {
    readonly args: readonly string[]
    readonly cwd: string
    readonly env: readonly string[]
    readonly terminal: boolean
    readonly user: object
    readonly capabilities: Readonly<Record<string, readonly string[]>>
  }
  readonly root: { readonly path: string }
  readonly mounts: readonly { readonly destination: string; readonly type: string }[]
  readonly linux: {
    readonly namespaces: readonly { readonly type: string }[]
    readonly uidMappings?: readonly { readonly containerID: number; readonly size: number }[]
    readonly maskedPaths: readonly string[]
    readonly seccomp?: { readonly defaultAction: string }
  }
}

const options = ['--hostname', 'box', '--workingdir', '/srv', '-e', 'A=1', '--user', '0:0']

async function dryRun(user: TestUser, args: readonly string[]): Promise<Spec> {
  const { stdout, stderr } = await user.ok(['run', '--dry-run', ...args])
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

describe('run --dry-run', () => {
  matrix('prints what was asked for', async (user) => {
    const container = await user.container('busybox')
    const network = ['--network', 'none']
    const spec = await dryRun(user, [...network, ...options, container, 'sh', '-c', 'exit 3'])
    assert.match(spec.ociVersion, /^1\.2\./)
    assert.equal(spec.hostname, 'box')
    const { args, cwd, env, terminal, user: account } = spec.process
    assert.deepEqual(
      { args, cwd, terminal, account },
      {
        args: ['sh', '-c', 'exit 3'],
        cwd: '/srv',
        terminal: false,
        // With a single id the kernel lets nobody set groups: user_namespaces(7), "deny".
        account: { uid: 0, gid: 0, additionalGids: user.kind === 'single' ? [] : [0] },
      },
    )
    assert.ok(env.includes('A=1') && env.includes('HOSTNAME=box'), env.join(' '))
    assert.match(spec.root.path, /^\//)
    assert.ok(spec.linux.maskedPaths.includes('/proc/kcore'))
    assert.equal(spec.linux.seccomp?.defaultAction, 'SCMP_ACT_ERRNO')
  })

  matrix('names the namespaces and the ids of this user', async (user) => {
    const container = await user.container('busybox')
    const { linux } = await dryRun(user, ['--network', 'none', container, 'true'])
    const types = linux.namespaces.map(({ type }) => type).sort()
    const always = ['cgroup', 'ipc', 'mount', 'network', 'pid', 'uts']
    assert.deepEqual(types, user.kind === 'root' ? always : [...always, 'user'].sort())
    const ids = (linux.uidMappings ?? []).reduce((sum, { size }) => sum + size, 0)
    assert.equal(ids, { root: 0, subid: 65_537, single: 1 }[user.kind])
  })

  matrix('of a shared network has no namespace for it, and the host’s /sys', async (user) => {
    const container = await user.container('busybox')
    const { linux, mounts } = await dryRun(user, ['--network', 'host', container, 'true'])
    assert.equal(
      linux.namespaces.some(({ type }) => type === 'network'),
      false,
    )
    const sys = mounts.find(({ destination }) => destination === '/sys')
    assert.equal(sys?.type, user.kind === 'root' ? 'sysfs' : 'bind')
  })

  matrix('changes nothing and starts nothing', async (user) => {
    const container = await user.container('busybox')
    const made = ['--workingdir', '/made', container, 'touch', '/ran']
    await dryRun(user, ['--network', 'none', ...made])
    await dryRun(user, [container, 'no-such-program'])
    const { code } = await user.tsbuild(runArgs(container, ['ls', '/ran', '/made']))
    assert.equal(code, 1)
  })

  matrix('is refused like the run itself', async (user) => {
    const container = await user.container('busybox')
    for (const args of [
      ['no-such-container', 'id'],
      ['--user', 'stranger', container, 'id'],
    ]) {
      const { code, stdout, stderr } = await user.tsbuild(['run', '--dry-run', ...args])
      assert.deepEqual({ code, stdout }, { code: 125, stdout: '' })
      assert.match(stderr, / {2}hint: /)
    }
  })
})
