// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { CLONE, MS } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Reply, Request, StdioMode } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { repository } from '../harness/repository.ts'
import { closeTraces, remains, survivors, type Traces, trace } from './remains.ts'
import { makeRootfs, scratchDirectory } from './rootfs.ts'
import { type Exit, greet, type Shim, type ShimOptions, spawnShim } from './shim.ts'
import { within } from './within.ts'

/** Whether init gets a user namespace. */
export type Kind = 'flat' | 'nested'
export const kinds: readonly Kind[] = ['flat', 'nested']

/** As a normal user the whole box stands in a user namespace of one id. */
export const asRoot = process.getuid?.() === 0

/** The native binary under test. */
export const program = process.env['TSBUILD_TEST_SHIM'] ?? join(repository, 'dist/bin/tsbuild')

export interface BoxOptions {
  readonly kind?: Kind
  /** Of the container. */
  readonly stdio?: readonly [StdioMode, StdioMode, StdioMode]
  readonly shim?: SpawnOptions
}

export interface SpawnOptions extends Partial<Pick<ShimOptions, 'stdio' | 'cwd'>> {
  /** Programs before the shim that become it or start it. */
  readonly wrap?: (argv: readonly string[]) => readonly string[]
}

/** A shim, a root file system, and a place for both that is gone afterwards. */
export interface Box {
  readonly directory: string
  readonly rootfs: string
  readonly traces: Traces
  readonly shim: Shim
  /** One more shim in the same place. */
  spawn(options?: SpawnOptions): Shim
  /** Guard and init; the pid of init. */
  start(): Promise<number>
  /** Ops that follow each other; the test fails if one does. @returns the replies */
  perform(ops: readonly Op[]): Promise<readonly Reply[]>
  /** Runs a program to its end, `start` and all. */
  run(request: RunRequest): Promise<Outcome>
}

export interface RunRequest {
  /** Before the pivot and after it. */
  readonly early?: readonly Op[]
  readonly late?: readonly Op[]
  readonly script: string
  /** Called while init stands at the gate. */
  readonly atGate?: (init: number) => void
}

export interface Outcome {
  readonly exit: Reply & { readonly name: 'exit' }
  readonly status: Exit
  readonly replies: readonly Reply[]
  readonly stdout: string
  readonly stderr: string
}

const sanitizerLog = 'sanitizer'

/** A test in a box. Whatever the body does: afterwards nothing may be left, or the test fails. */
export function inBox(options: BoxOptions, body: (box: Box) => Promise<void>): () => Promise<void> {
  return async () => {
    const directory = scratchDirectory()
    const shims: Shim[] = []
    const box = openBox(directory, options, shims)
    try {
      await greet(box.shim)
      await body(box)
      await Promise.all(shims.map(({ ended }) => within('the end of the shim', ended)))
      assert.deepEqual(await remains(box.traces, directory), [])
    } finally {
      await killAll(shims, box.traces)
      closeTraces(box.traces)
      const reports = sanitizerReports(directory, shims)
      rmSync(directory, { recursive: true, force: true })
      assert.deepEqual(reports, [])
    }
  }
}

/** The ops that come first, up to a root file system with /proc and /dev. */
export const enterOps = (rootfs: string): readonly Op[] => [
  ['unshare', CLONE.mount | CLONE.uts | CLONE.ipc | CLONE.network | CLONE.cgroup],
  ['session'],
  ['umask', 0],
  ['propagation', '/', MS.rec | MS.slave],
  ['rootfs-bind', rootfs, rootfs],
  ['mount', '/proc', 'proc', 'proc', 0, ''],
  ['mount', '/dev', 'tmpfs', 'tmpfs', 0, 'mode=0755'],
  ['bind-device', '/dev/null', '/dev/null', 0o020000, 1, 3],
]

export const path = 'PATH=/bin'

/** An `exec` op for busybox's shell. */
export const shell = (script: string, env: readonly string[] = [path]): Op => [
  'exec',
  packList(['/bin/sh']),
  packList(['sh', '-c', script]),
  packList(env),
]

/** A `start` request. Without a user namespace it has no maps. */
export function startRequest({ kind = 'flat', stdio }: BoxOptions): Request {
  const map = kind === 'flat' ? '' : `0 0 ${asRoot ? 65_536 : 1}\n`
  const flags = CLONE.pid | (kind === 'flat' ? 0 : CLONE.user)
  const setgroups = kind === 'nested' && !asRoot ? 'deny' : 'allow'
  const modes = stdio ?? defaultStdio
  const joins = packList([])
  return ['start', flags, map, map, setgroups, ...modes, 'guard lost', CLONE.pid, joins]
}

const defaultStdio = ['null', 'inherit', 'inherit'] as const

function openBox(directory: string, options: BoxOptions, shims: Shim[]): Box {
  const link = join(directory, 'tsbuild-shim')
  const rootfs = join(directory, 'rootfs')
  symlinkSync(program, link)
  makeRootfs(rootfs)
  const mark = `TSBUILD_TEST_BOX=${randomUUID()}`
  const traces: Traces = { mark, pidNamespaces: new Map() }
  const spawn: Box['spawn'] = ({ wrap, ...more } = {}) => {
    const env = { ...environment(directory), TSBUILD_TEST_BOX: mark.slice(mark.indexOf('=') + 1) }
    const shim = spawnShim({ argv: wrap?.([...entry, link]) ?? [...entry, link], env, ...more })
    shims.push(shim)
    return shim
  }
  const shim = spawn(options.shim)
  const start = async () => {
    const reply = await shim.request(startRequest(options))
    if (reply.name !== 'pid') throw new Error(`no pid: ${JSON.stringify(reply)}`)
    trace(traces, reply.pid)
    return reply.pid
  }
  const perform: Box['perform'] = async (ops) => {
    const replies = await shim.ops(ops)
    const last = replies.at(-1)
    if (last?.name === 'error') assert.fail(`${JSON.stringify(last)}\n${shim.stderr()}`)
    return replies
  }
  const box = { directory, rootfs, traces, shim, spawn, start, perform }
  return { ...box, run: (request) => run(box, request) }
}

/** What is mounted in there stays in there, as the launcher has it. */
const mounts = ['--mount', '--propagation', 'slave', '--']
const entry = asRoot ? ['unshare', ...mounts] : ['unshare', '--user', '--map-root-user', ...mounts]

/** Sanitizers of a build that has them: reports go to files, for stderr is the container's. */
function environment(directory: string): NodeJS.ProcessEnv {
  const common = `log_path=${join(directory, sanitizerLog)}:exitcode=86`
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    // The processes end without freeing; one test asks for more memory than there is.
    ASAN_OPTIONS: `${common}:detect_leaks=0:allocator_may_return_null=1`,
    UBSAN_OPTIONS: `${common}:halt_on_error=1:print_stacktrace=1`,
  }
}

async function run(
  { rootfs, shim, start, perform }: Omit<Box, 'run'>,
  { early = [], late = [], script, atGate }: RunRequest,
): Promise<Outcome> {
  const init = await start()
  const replies = await perform([
    ...enterOps(rootfs),
    ...early,
    ['pivot'],
    ...late,
    ['gate'],
    shell(script),
  ])
  atGate?.(init)
  assert.deepEqual(await shim.request(['run']), { name: 'started' })
  const exit = await shim.next()
  if (exit.name !== 'exit') throw new Error(`no exit: ${JSON.stringify(exit)}`)
  const status = await within('the end of the shim', shim.ended)
  return { exit, status, replies, stdout: shim.stdout().toString(), stderr: shim.stderr() }
}

/** After a failed body. The kernel takes the container along with the shim. */
async function killAll(shims: readonly Shim[], traces: Traces): Promise<void> {
  for (const shim of shims) shim.process.kill('SIGKILL')
  for (const line of survivors(traces)) {
    const pid = Number(/\d+/.exec(line)?.[0])
    if (pid > 1) kill(pid)
  }
  await Promise.all(shims.map(({ exit }) => exit))
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}

function sanitizerReports(directory: string, shims: readonly Shim[]): string[] {
  const logs = readdirSync(directory)
    .filter((name) => name.startsWith(`${sanitizerLog}.`))
    .map((name) => readFileSync(join(directory, name), 'utf8'))
  const said = shims.map((shim) => shim.stderr())
  return [...logs, ...said].filter((text) => /ERROR: |runtime error: /.test(text))
}
