// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { descendants, listProcesses, namespaceOf, type Process, readProc } from './processes.ts'
import { until } from './until.ts'

/** Where a case's files are. */
export interface Place {
  readonly directory: string
  readonly root: string
  readonly runroot: string
  readonly temporary: string
  readonly home: string
}

/** What was there before a case. */
export interface Survey {
  readonly processes: ReadonlySet<string>
  readonly mounts: ReadonlySet<string>
}

export const survey = (): Survey => ({
  processes: new Set(listProcesses().map(identity)),
  mounts: new Set(ownMounts()),
})

/**
 * Everything that a case has left behind, as lines for a person; empty when all is well.
 *
 * @param deadlineMs a helper that was killed needs a moment to go, slirp4netns about 20 ms; 1,000
 *   if not given
 */
export async function leftovers(
  before: Survey,
  place: Place,
  deadlineMs = 1000,
): Promise<string[]> {
  let found: string[] = []
  const nothing = () => {
    found = look(before, place)
    return found.length === 0
  }
  await until('nothing is left', nothing, deadlineMs).catch(() => {})
  return found
}

function look(before: Survey, place: Place): string[] {
  return [
    ...newProcesses(before).map(({ pid, name }) => `process ${pid} (${name})`),
    ...ownMounts()
      .filter((line) => !before.mounts.has(line))
      .map((line) => `mount ${line}`),
    ...foreignMounts(place).map((line) => `mount ${line}`),
    ...filesBelow(place.temporary).map((path) => `temporary file ${path}`),
    ...filesBelow(place.runroot).map((path) => `run state ${path}`),
    ...filesBelow(place.home).map((path) => `file in the home directory ${path}`),
    ...heldLocks(place).map((path) => `lock on ${path}`),
  ]
}

/**
 * Processes that came since the survey and belong to this test file, however they came loose:
 * the runner starts each file below a process of its own to which orphans come.
 */
export const newProcesses = (before: Survey): Process[] =>
  descendants(process.ppid).filter((one) => !before.processes.has(identity(one)) && !isOurs(one))

/** A zombie that Node is about to reap. */
const isOurs = ({ state, parent }: Process) => state === 'Z' && parent === process.pid

const identity = ({ pid, startTime }: Process): string => `${pid}@${startTime}`

const ownMounts = (): string[] => mountLines('self')

/** Mounts of the case's files in other processes' mount namespaces. */
const foreignMounts = ({ directory }: Place): string[] =>
  listProcesses().flatMap(({ pid }) =>
    mountLines(pid).filter((line) => line.includes(` ${directory}/`)),
  )

function mountLines(pid: number | 'self'): string[] {
  const text = pid === 'self' ? readFileSync('/proc/self/mountinfo', 'utf8') : ownMountinfo(pid)
  return text.split('\n').filter((line) => line !== '')
}

/** Empty for processes which share our mount namespace: those mounts are compared already. */
const ownMountinfo = (pid: number): string =>
  namespaceOf(pid, 'mnt') === namespaceOf('self', 'mnt') ? '' : (readProc(pid, 'mountinfo') ?? '')

/** Files and everything else that is no directory; what we may not look into has none. */
function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return []
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? filesBelow(path) : [path]
  })
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch {
    return []
  }
}

/**
 * Files of the store's own that somebody holds a flock on.
 *
 * Found by trying: /proc/locks leaves out, inside a PID namespace, those whose taker has ended
 * and whose descriptor lives on in a child.
 */
const heldLocks = ({ root, runroot }: Place): string[] =>
  [join(root, 'locks'), runroot]
    .flatMap(filesBelow)
    .filter((path) => spawnSync('flock', ['--nonblock', path, 'true']).status !== 0)
