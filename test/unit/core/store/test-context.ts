// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Koffi from 'koffi'
import type { Context, Rights } from '../../../../core/context.ts'
import { parseLaunchRecord, type Rung } from '../../../../native-shim/launch-record.ts'
import type { Busy, Lock, MountRequest } from '../../../../native-shim/monitor.ts'
import { ShimError } from '../../../../native-shim/shim-error.ts'

/** A context with a store of its own, real locks and real mounts; and what was warned about. */
export interface TestContext extends Context {
  readonly warnings: string[]
  /** Locks that were taken and not released. */
  readonly held: ReadonlySet<Lock>
  /** Unmounts what is left and removes the store. */
  readonly dispose: () => void
}

const koffi: typeof Koffi = createRequire(import.meta.url)('koffi')
const libc = koffi.load(null)
const flock = libc.func('int flock(int fd, int operation)')
const mount = libc.func('int mount(str source, str target, str type, ulong flags, str data)')
const umount2 = libc.func('int umount2(str target, int flags)')
const unshare = libc.func('int unshare(int flags)')

const CLONE_NEWNS = 0x20000
const MS_REC_PRIVATE = 0x4000 | 0x40000
const LOCK_EX = 2
const LOCK_NB = 4
const MNT_DETACH = 2

/** Whether this process may mount, as the tests of the overlay driver need it. */
export const mayMount: boolean = enterMountNamespace()

/** Mounts of tests are not seen elsewhere. Only the main thread enters, which is all we need. */
function enterMountNamespace(): boolean {
  if (process.getuid?.() !== 0 || unshare(CLONE_NEWNS) !== 0) return false
  return mount('none', '/', null, MS_REC_PRIVATE, null) === 0
}

/** A context for the rights that this process has, be it root or root of a user namespace. */
export function testContext(overrides: Partial<Context> = {}): TestContext {
  const base = mkdtempSync(join(tmpdir(), 'tsbuild-store-test-'))
  const warnings: string[] = []
  const mounted = new Set<string>()
  const held = new Set<Lock>()
  return {
    paths: { root: join(base, 'root'), runroot: join(base, 'run') },
    rights: ownRights(),
    monitor: {
      lock: (path) => taken(tryFlock(path, LOCK_EX, held)),
      tryLock: (path) => tryFlock(path, LOCK_EX | LOCK_NB, held),
      mount: (request) => {
        mountAt(request)
        mounted.add(request.target)
      },
      unmount: (path) => {
        if (umount2(path, 0) !== 0) throw failure('unmount', path)
        mounted.delete(path)
      },
      ...ofContainers,
    },
    trace: () => {},
    env: {},
    warn: (message) => void warnings.push(message),
    now: () => new Date(),
    randomId: () => randomBytes(32).toString('hex'),
    ...overrides,
    warnings,
    held,
    dispose() {
      for (const path of mounted) umount2(path, MNT_DETACH)
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function unused(): never {
  throw new Error('no container runs in these tests')
}

/** Rights as the launcher would report them for these maps. */
export function rightsFor(rung: Rung, uidMap: string, gidMap = uidMap): Rights {
  const lines = (key: string, map: string) =>
    map.split('\n').map((line) => `${key} ${line.trim().replace(/\s+/g, ' ')}`)
  const maps = [...lines('uidmap', uidMap), ...lines('gidmap', gidMap)]
  const record = parseLaunchRecord(['entered 1', `rung ${rung}`, 'ids 0 0', ...maps].join('\n'))
  if (record === undefined) throw new Error('the launch record has another form now')
  return record
}

function ownRights(): Rights {
  const [uidMap, gidMap] = ['uid_map', 'gid_map'].map((name) =>
    readFileSync(`/proc/self/${name}`, 'utf8').trim(),
  )
  if (uidMap === undefined || gidMap === undefined) throw new Error('no maps in /proc')
  const rung = /\s4294967295$/.test(uidMap) ? 1 : /\s1$/.test(uidMap) ? 4 : 3
  return { ...rightsFor(rung, uidMap, gidMap), capabilities: ownCapabilities() }
}

function ownCapabilities(): bigint {
  const [, mask = ''] = /^CapEff:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return BigInt(`0x${mask}`)
}

function tryFlock(path: string, operation: number, held: Set<Lock>): Lock | Busy {
  const fd = openSync(path, 'a', 0o600)
  if (flock(fd, operation) !== 0) {
    closeSync(fd)
    return { holder: process.pid }
  }
  const lock = {
    path,
    release() {
      held.delete(lock)
      closeSync(fd)
    },
  }
  held.add(lock)
  return lock
}

function taken(lock: Lock | Busy): Lock {
  if ('holder' in lock) throw new Error('flock(2) did not wait')
  return lock
}

/** Relative names start at the working directory, which is put back. */
function mountAt({ cwd, source, target, type, flags, data }: MountRequest): void {
  const before = process.cwd()
  process.chdir(cwd)
  const status = mount(source, target, type, flags, data)
  const error = status === 0 ? undefined : failure('mount', target)
  process.chdir(before)
  if (error !== undefined) throw error
}

const failure = (where: string, detail: string) =>
  new ShimError({ where, index: -1, errno: koffi.errno(), detail })

/** What is asked of a monitor for a container. */
const ofContainers = {
  start: unused,
  perform: unused,
  after: unused,
  hold: unused,
  release: unused,
  seccompAgent: unused,
  unlinkAtEnd: unused,
  run: unused,
  external: {
    guard: unused,
    consoleSocket: unused,
    command: unused,
    adopt: unused,
    last: unused,
  },
  follow: unused,
  exit: unused,
  exec: unused,
}
