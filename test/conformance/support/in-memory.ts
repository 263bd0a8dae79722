// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

/** Makes a folder whose files are never written to a disk: who syncs much does not wait for it. */
export function makeInMemory(folder: string): string {
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', folder])
  return folder
}

/** Takes it away with all that is in it, whoever still looks; nothing where there is none. */
export function removeFromMemory(folder: string): void {
  spawnSync('umount', ['--lazy', folder], { stdio: 'ignore' })
}
