// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { cwd, pid } from 'node:process'
import { openChannel } from '../native-shim/channel.ts'
import { type LaunchRecord, parseLaunchRecord } from '../native-shim/launch-record.ts'
import { connectMonitor, type Monitor } from '../native-shim/monitor.ts'
import { type Environment, readStartup, type StorePaths, storePaths } from './lib/config.ts'
import { printable, TsbuildError } from './lib/errors.ts'
import { createTrace, type Trace } from './lib/trace.ts'
import { reportLeftBehind } from './runtime/left-behind.ts'

export type { IdMap } from '../native-shim/launch-record.ts'

/** What we may do, as the launcher found it. */
export type Rights = LaunchRecord

/** What every use case gets: where it works, with which rights, and how it tells. */
export interface Context {
  readonly paths: StorePaths
  readonly rights: Rights
  /** Undefined when the launcher is none, or need not stay. */
  readonly monitor: Monitor | undefined
  readonly trace: Trace
  /** The user's environment. */
  readonly env: Environment
  /** One line on stderr. */
  readonly warn: (message: string) => void
  readonly now: () => Date
  /** 64 hex digits. */
  readonly randomId: () => string
}

/** Descriptor of the control socket, by agreement with the launcher. */
const CONTROL_FD = 3

/** The context of this process. */
export function createContext(options: {
  readonly root?: string | undefined
  readonly runroot?: string | undefined
}): Context {
  const { env, launchRecord } = readStartup()
  const trace = createTrace(env['TSBUILD_TRACE'])
  const rights = parseLaunchRecord(launchRecord ?? '') ?? startedByHand()
  const { root, runroot } = options
  const context: Context = {
    paths: storePaths({ root, runroot, hostUid: rights.hostUid, cwd: cwd(), env }),
    rights,
    monitor: rights.entered ? connect() : undefined,
    trace,
    env,
    warn: (message) => void writeSync(2, `tsbuild: warning: ${printable(message)}\n`),
    now: () => new Date(),
    randomId,
  }
  trace('userns', 'rights', rights)
  warnOfSingleId(context)
  reportLeftBehind(context)
  return context
}

function connect(): Monitor {
  try {
    return connectMonitor(openChannel(CONTROL_FD))
  } catch (cause) {
    throw new TsbuildError('PROTOCOL_MISMATCH', 'cannot talk to the native launcher', {
      cause,
      hint: 'the binary and its scripts are of different versions: install tsbuild anew',
    })
  }
}

/** From the kernel, urandom(4): loading node:crypto would cost every start two milliseconds. */
function randomId(): string {
  const bytes = Buffer.alloc(32)
  const fd = openSync('/dev/urandom', 'r')
  try {
    if (readSync(fd, bytes) !== bytes.length) throw new RangeError('too few random bytes')
  } finally {
    closeSync(fd)
  }
  return bytes.toString('hex')
}

/** Node without the launcher, as a debugger starts it: every verb that enters says what to do. */
const startedByHand = (): Rights => ({
  entered: false,
  rung: 0,
  hostUid: process.getuid?.() ?? 0,
  hostGid: process.getgid?.() ?? 0,
  capabilities: 0n,
  uidMap: [],
  gidMap: [],
  tried: [{ rung: 0, errno: 0, step: 'launcher', words: `process ${pid} was not started by it` }],
  program: '',
  terminals: [false, false, false],
})

/** Subordinate ids were granted, yet not taken: not what the user expects, so it is said. */
function warnOfSingleId({ rights, warn }: Context): void {
  if (rights.rung !== 4) return
  const refused = rights.tried.find(({ rung, step }) => rung === 3 && step !== 'subordinate-ids')
  if (refused === undefined) return
  const { step, words } = refused
  warn(`only your own id is mapped: ${step}: ${words} (install the package uidmap)`)
}
