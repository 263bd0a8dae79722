// SPDX-License-Identifier: Apache-2.0
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../harness/requires.ts'
import type { TestUser } from '../../harness/user.ts'
import { giveFile } from './archives.ts'

/** The OCI runtimes of Debian. */
export const runtimes = ['crun', 'runc'] as const

/** The real runtime, with a line for each of its commands written to a file before. */
export interface LoggedRuntime {
  readonly path: string
  /** The command lines, as they came. */
  calls(): string[][]
}

export function logged(user: TestUser, name: string): LoggedRuntime {
  const log = join(user.home, 'calls')
  const words = `for word; do printf '%s\\t' "$word"; done >>${log}; echo >>${log}`
  const script = `#!/bin/sh\n${words}\nexec ${findProgram(name)} "$@"\n`
  const path = giveFile(user, `logged-${name}`, script)
  chmodSync(path, 0o755)
  return {
    path,
    calls: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .slice(0, -1)
            .map((line) => line.split('\t').slice(0, -1))
        : [],
  }
}

/** Cgroups that tsbuild named, of all controllers; nobody but root's runtimes makes any. */
export function ourCgroups(id: string, top = '/sys/fs/cgroup'): string[] {
  const folders = existsSync(`${top}/cgroup.controllers`)
    ? [top]
    : readdirSync(top).map((name) => join(top, name))
  return folders.flatMap((folder) =>
    readdirSync(folder).filter((name) => name.startsWith('tsbuild-') && name.endsWith(id)),
  )
}
