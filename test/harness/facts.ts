// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Who runs a case: real root, a user with subordinate ids, a user with nothing but its own id. */
export type Kind = 'root' | 'subid' | 'single'
export const kinds: readonly Kind[] = ['root', 'subid', 'single']

export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
}

/** What was prepared once for all test files of this run, and what this machine has. */
export interface Facts {
  /** On a real disk, readable for every test user. */
  readonly directory: string
  /** Node's folder, reachable for every test user. */
  readonly nodeFolder: string
  /** The command as npm installed it from the packed tarball. */
  readonly tsbuild: string
  readonly accounts: Readonly<Record<Kind, Account | null>>
  readonly busyboxArchive: string
  readonly debianArchive: string | null
  readonly tun: boolean
  readonly internet: boolean
}

/** The folder with the facts, as the runner tells its test files. */
export const factsVariable = 'TSBUILD_TEST_DIRECTORY'
export const factsFile = 'facts.json'

let known: Facts | undefined

/** @throws Error if the test file was not started by `npm test` */
export function facts(): Facts {
  const directory = process.env[factsVariable]
  if (directory === undefined) {
    throw new Error('this suite needs what the runner prepares: npm test -- SUITE [FILE…]')
  }
  known ??= parseFacts(readFileSync(join(directory, factsFile), 'utf8'))
  return known
}

/** Our own runner wrote it a moment ago. */
const parseFacts = (text: string): Facts => JSON.parse(text)
