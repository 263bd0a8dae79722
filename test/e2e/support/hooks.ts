// SPDX-License-Identifier: Apache-2.0
import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestUser } from '../../harness/user.ts'

export interface TestHook {
  readonly stages: readonly string[]
  /** For the host's shell; the directory of the hooks is `$0`. */
  readonly script: string
  readonly timeout?: number
  readonly when?: object
}

/** A directory of hooks, a file each, named by its order. @returns its path */
export function writeHooks(user: TestUser, hooks: readonly TestHook[], name = ''): string {
  const directory = join(user.directory, `hooks-${name}`)
  mkdirSync(directory)
  chownSync(directory, user.uid, user.gid)
  for (const [index, { stages, script, timeout, when }] of hooks.entries()) {
    const args = ['sh', '-c', script, directory]
    const env = ['PATH=/usr/bin:/bin', 'WORD=word']
    const hook = { path: '/bin/sh', args, env, ...(timeout !== undefined && { timeout }) }
    const file = { version: '1.0.0', hook, when: when ?? { always: true }, stages }
    writeFileSync(join(directory, `${index}.json`), JSON.stringify(file))
  }
  return directory
}

/** What the hooks wrote to a file of theirs. */
export const toldBy = (directory: string, name: string): string =>
  readFileSync(join(directory, name), 'utf8')
