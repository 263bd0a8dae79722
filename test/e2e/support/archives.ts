// SPDX-License-Identifier: Apache-2.0
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestUser } from '../../harness/user.ts'

/** A file of the user's own, outside of the store. @returns its path */
export function giveFile(user: TestUser, name: string, content: string | Uint8Array): string {
  const path = join(user.directory, 'files', name)
  makeFolders(user, dirname(path))
  writeFileSync(path, content)
  chownSync(path, user.uid, user.gid)
  return path
}

function makeFolders(user: TestUser, path: string): void {
  const first = mkdirSync(path, { recursive: true })
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) {
    chownSync(made, user.uid, user.gid)
  }
}
