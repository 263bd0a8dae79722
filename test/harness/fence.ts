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
  isPrivate && works(isolation) ? isolation : [buildReaper(directory)]

/** The same for a user, who is root in there: with subordinate ids where there are some. */
export const namespaceFence = (): readonly string[] =>
  [mapped('--map-auto'), mapped()].find(works) ?? []

/** The shell is PID 1 of the namespace: it reaps orphans, and when it ends, all the rest does. */
const isolate = (...namespaces: readonly string[]): readonly string[] => [
  ...['unshare', ...namespaces, '--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', '-c', '"$@"; exit $?', 'sh'],
]

const isolation = isolate()
const mapped = (...maps: readonly string[]) =>
  isolate('--user', '--map-root-user', ...maps, '--mount')

const works = ([program = '', ...args]: readonly string[]): boolean =>
  spawnSync(program, [...args, 'true']).status === 0

function buildReaper(directory: string): string {
  const program = join(directory, 'reaper')
  const source = join(repository, 'test/harness/reaper.c')
  execFileSync('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', program, source])
  return program
}
