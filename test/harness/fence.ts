// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './repository.ts'

/**
 * What stands before the command of a test file, so that all processes that it starts stay below
 * one of ours, orphans too, and end with it: a PID namespace, or without the right to make one a
 * program that takes orphans in.
 *
 * @param directory the program is made there
 * @param isPrivate whether we are root in a mount namespace of our own
 */
export const fenceOf = (directory: string, isPrivate: boolean): readonly string[] =>
  isPrivate && canIsolate() ? isolation : [buildReaper(directory)]

const canIsolate = (): boolean =>
  spawnSync('unshare', ['--pid', '--fork', '--mount-proc', 'true']).status === 0

/** The shell is PID 1 of the namespace: it reaps orphans, and when it ends, all the rest does. */
const isolation = [
  ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', '-c', '"$@"; exit $?', 'sh'],
]

function buildReaper(directory: string): string {
  const program = join(directory, 'reaper')
  const source = join(repository, 'test/harness/reaper.c')
  execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source])
  return program
}
