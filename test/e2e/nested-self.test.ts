// SPDX-License-Identifier: Apache-2.0
/** The whole tool inside a container that it started itself. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { commandLine, descendants } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { busyboxInside, everything, foundIn, rootfsScript } from './support/nested-script.ts'
import { outerVolumes } from './support/outer-podman.ts'

/** A container with Node, the command and slirp4netns of this machine. @returns its name */
async function outerContainer(user: TestUser): Promise<string> {
  const rootfs = join(user.directory, 'rootfs')
  const made = await user.run(['sh', '-c', rootfsScript, 'sh', rootfs])
  assert.equal(made.code, 0, failureText(['mkdir'], made))
  await user.ok(['from', '--name', 'outer', 'scratch'])
  await user.ok(['add', 'outer', rootfs, '/'])
  return 'outer'
}

const runOuter = (options: readonly string[], script: string): readonly string[] => [
  ...['run', '--network', 'none', ...outerVolumes(), ...options, 'outer', 'sh', '-c', script],
]

const slirp = `${everything}
echo tap=$(tsbuild run --network slirp4netns c cat /sys/class/net/tap0/operstate)
`

const setUp = `cd /tmp
tsbuild from --name c scratch >/dev/null && tsbuild add c ${busyboxInside} / >/dev/null
`

describe('in a container of ours', () => {
  matrix(
    'does everything, with a /proc and a network of its own',
    async (user) => {
      await outerContainer(user)
      const options = ['--device', '/dev/net/tun', '--security-opt', 'unmask=ALL']
      const { stdout, stderr } = await user.ok(runOuter(options, slirp))
      const { rung, processes, user: id, pushed, tap } = foundIn(stdout)
      assert.deepEqual({ processes, id, pushed }, { processes: '1', id: '0', pushed: '3' }, stderr)
      assert.match(tap ?? '', /^(unknown|up)$/, stderr)
      assert.equal(rung, '2')
      assert.doesNotMatch(stderr, /process numbers/)
    },
    { needs: ['tun', 'program:slirp4netns'] },
  )

  matrix('by default sees the outer /proc, and says what to do', async (user) => {
    await outerContainer(user)
    const { stdout, stderr } = await user.ok(runOuter([], everything))
    assert.match(foundIn(stdout)['processes'] ?? '', /^([2-9]|\d\d)$/)
    assert.match(
      stderr,
      /\/proc \(with other process numbers\) inside .* --security-opt unmask=ALL/,
    )
  })

  matrix('leaves nothing when the outer one is killed', async (user) => {
    await outerContainer(user)
    const script = `${setUp}tsbuild run --network none c sh -c 'echo ready; exec sleep 1001'`
    const running = user.spawn([...user.command, ...runOuter([], script)])
    await until('it runs', () => running.stdout().includes('ready') && sleepers() > 0, 60_000)
    running.kill('SIGKILL')
    await running.result
    await until('all of it has ended', () => sleepers() === 0)
  })

  matrix('leaves nothing in the outer one when it is killed itself', async (user) => {
    await outerContainer(user)
    const script = `${setUp}
      echo before=$(wc -l </proc/self/mountinfo)
      mkfifo said
      tsbuild run --network none c sh -c 'echo ready; exec sleep 1001' >said &
      read line <said
      kill -9 $!; wait || true
      tsbuild commit --quiet c again # waits for the lock, which the guard holds
      echo left=$(pgrep -x sleep)$(wc -l </proc/self/mountinfo)`
    const { stdout } = await user.ok(runOuter(['--security-opt', 'unmask=ALL'], script))
    const { before, left } = foundIn(stdout)
    assert.match(before ?? '', /^\d+$/, stdout)
    assert.equal(left, before, 'neither a process nor a mount')
  })
})

const sleepers = () =>
  descendants(process.ppid).filter(({ pid }) => commandLine(pid)?.join(' ') === 'sleep 1001').length
