// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Result, Running } from '../../harness/child.ts'
import { facts } from '../../harness/facts.ts'
import { listProcesses, readProc } from '../../harness/processes.ts'
import { until } from '../../harness/until.ts'
import { failureText, type TestUser } from '../../harness/user.ts'
import { busyboxInside, rootfsScript } from './nested-script.ts'

/** Debian's podman, which starts a container with our command, Node and slirp4netns in it. */
export interface Outer extends AsyncDisposable {
  /** Runs a shell script in a new container to its end. */
  run(options: readonly string[], script: string): Promise<Result>
  start(options: readonly string[], script: string): Running
}

export async function openPodman(user: TestUser): Promise<Outer> {
  const folder = join(user.directory, 'podman')
  const state = mkdtempSync('/tmp/podman-') // its run directory has at most 50 characters
  await user.run(['mkdir', folder])
  const podman = podmanCommand(folder, state)
  const made = await user.run(['sh', '-c', imageScript, 'sh', join(folder, 'rootfs'), ...podman])
  assert.equal(made.code, 0, failureText(['podman import'], made))
  const argvOf = (options: readonly string[], script: string) => [
    ...[...podman, 'run', '--rm', ...limits, ...outerVolumes(), ...withNetwork(options)],
    ...['localhost/outer', 'sh', '-c', script],
  ]
  return {
    run: (options, script) => user.run(argvOf(options, script), { timeoutMs: 180_000 }),
    start: (options, script) => user.spawn(argvOf(options, script)),
    [Symbol.asyncDispose]: async () => {
      await until('podman has cleaned up', () => monitors(folder).length === 0)
      rmSync(state, { recursive: true })
    },
  }
}

/** Of containers with files in there: they clean up after the container, and after podman. */
const monitors = (folder: string) =>
  listProcesses().filter(({ pid }) => readProc(pid, 'cmdline')?.includes(folder))

const imageScript = `${rootfsScript} &&
  shift && tar -c . | "$@" import --quiet - localhost/outer`

const withNetwork = (options: readonly string[]) =>
  options.some((option) => option.startsWith('--network'))
    ? options
    : ['--network=none', ...options]

/** Its defaults raise limits, which takes CAP_SYS_RESOURCE. */
const limits = ['nofile', 'nproc'].map((name) => `--ulimit=${name}=1024:1024`)

function podmanCommand(folder: string, state: string): readonly string[] {
  const places = ['--root', join(folder, 'store'), '--runroot', join(state, 'run')]
  const more = ['--storage-driver=overlay', '--cgroup-manager=cgroupfs', '--events-backend=none']
  return ['podman', ...places, '--tmpdir', join(state, 'tmp'), ...more, '--runtime=runc']
}

export function outerVolumes(): readonly string[] {
  const { tsbuild, nodeFolder, directory, busyboxArchive } = facts()
  const installed = join(directory, 'installed')
  const path = `${dirname(tsbuild)}:${nodeFolder}:/usr/sbin:/usr/bin`
  return [
    ...['/usr:/usr', `${nodeFolder}:${nodeFolder}`, `${installed}:${installed}`].map(readonly),
    readonly(`${busyboxArchive}:${busyboxInside}`),
    `--env=PATH=${path}`,
  ]
}

const readonly = (volume: string) => `--volume=${volume}:ro`

interface Profile {
  readonly syscalls: readonly Rule[]
  readonly [name: string]: unknown
}

interface Rule {
  readonly names: readonly string[]
  readonly action: string
  readonly [name: string]: unknown
}

/** What docker's default filter refuses to whoever lacks CAP_SYS_ADMIN, and podman's does not. */
const dockersMore = `unshare mount umount umount2 setns fsopen fsconfig fsmount fspick open_tree
  move_mount mount_setattr pivot_root keyctl add_key request_key sethostname setdomainname`

/** A filter like docker's, made of podman's. @returns an option */
export function dockerFilter(user: TestUser): string {
  const profile = withoutCalls([...dockersMore.split(/\s+/), 'clone', 'clone3'])
  const CLONE_NEW = 0x7e020000
  const args = [{ index: 0, value: CLONE_NEW, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }]
  const more = [
    { names: ['clone'], action: 'SCMP_ACT_ALLOW', args },
    { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
  ]
  return filterOption(user, { ...profile, syscalls: [...profile.syscalls, ...more] })
}

/** Podman's filter, which refuses these calls as well. @returns an option */
export const filterWithout = (user: TestUser, ...calls: readonly string[]): string =>
  filterOption(user, withoutCalls(calls))

function withoutCalls(calls: readonly string[]): Profile {
  const profile: Profile = JSON.parse(readFileSync('/usr/share/containers/seccomp.json', 'utf8'))
  const syscalls = profile.syscalls.map((rule) => ({
    ...rule,
    names: rule.names.filter((name) => rule.action !== 'SCMP_ACT_ALLOW' || !calls.includes(name)),
  }))
  return { ...profile, syscalls: syscalls.filter(({ names }) => names.length > 0) }
}

function filterOption(user: TestUser, profile: Profile): string {
  const folder = mkdtempSync(join(user.directory, 'filter-'))
  const path = join(folder, 'profile.json')
  // Podman's own word for what a call that is on no list gets is ENOSYS.
  const refusal = { defaultErrnoRet: 1, defaultErrno: 'EPERM' }
  writeFileSync(path, JSON.stringify({ ...profile, ...refusal }))
  return `--security-opt=seccomp=${path}`
}
