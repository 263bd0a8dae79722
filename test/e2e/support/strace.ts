// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Result } from '../../harness/child.ts'
import type { TestUser } from '../../harness/user.ts'
import { runBelow } from './prefixed.ts'

/** What a command and everything below it did. */
export interface Counted {
  readonly result: Result
  /** Base names of the programs, in the order of their start. */
  readonly programs: readonly string[]
  /** Files that our native program opened, in all of its processes. */
  readonly native: readonly string[]
  /** Files that Node opened for us: from our script on. */
  readonly node: readonly string[]
  /** First paths of the calls that mount. */
  readonly mounts: readonly string[]
}

const calls = 'trace=execve,execveat,open,openat,openat2,mount,move_mount'

/** Runs a command of the user below strace, which only root can do: newuidmap is set-user-ID. */
export async function countCalls(user: TestUser, argv: readonly string[]): Promise<Counted> {
  const log = join(user.directory, 'strace.log')
  const strace = ['strace', '-f', '-z', '-qq', '-o', log, '-e', calls, '--']
  const result = await runBelow(user, strace, argv)
  return { result, ...summarize(readFileSync(log, 'utf8')) }
}

/** @param log of `strace -f -z`: whole lines of calls that succeeded, `PID CALL("PATH"` or so */
function summarize(log: string): Omit<Counted, 'result'> {
  const running = new Map<string, string>()
  const [programs, native, node, mounts]: [string[], string[], string[], string[]] = [
    [],
    [],
    [],
    [],
  ]
  const counts = { programs, native, node, mounts }
  for (const line of log.split('\n')) {
    const [, pid = '', call = '', path = ''] = /^(\d+) +(\w+)\([^"]*"([^"]*)"/.exec(line) ?? []
    // A process that has started no program yet is a fork of ours.
    const program = running.get(pid) ?? 'tsbuild'
    if (call.startsWith('exec')) {
      const next = path === '' ? program : basename(path) // without a path: a copy of itself
      counts.programs.push(next)
      // The first one of our name is npm's script.
      const isScript = next === 'tsbuild' && !counts.programs.slice(0, -1).includes(next)
      running.set(pid, isScript ? 'sh' : next)
    } else if (call === 'mount' || call === 'move_mount') counts.mounts.push(path)
    else if (call !== '' && program === 'tsbuild') counts.native.push(path)
    else if (program === 'node' && (counts.node.length > 0 || path.endsWith('/main.cjs'))) {
      counts.node.push(path)
    }
  }
  return counts
}
