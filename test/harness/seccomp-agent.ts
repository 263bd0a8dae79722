// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Running } from './child.ts'
import { repository } from './repository.ts'
import { until } from './until.ts'

/** Numbers of system calls that an agent can be told to refuse: x86-64 and arm64. */
const numbers = {
  execve: [59, 221],
  mkdirat: [258, 34],
  mkdir: [83, -1],
  sethostname: [170, 161],
} as const

/** A rule of the agent. */
export const refuse = (call: keyof typeof numbers, errno: number): string =>
  `${numbers[call][process.arch === 'arm64' ? 1 : 0]}=${errno}`

/** Builds an agent (seccomp_agent.c) that any user can start. */
export function buildSeccompAgent(path: string): void {
  execFileSync('cc', ['-O1', '-o', path, join(repository, 'test/harness/seccomp_agent.c')])
}

/** Waits until a socket is there that others can connect to. */
export async function listens(agent: Running): Promise<void> {
  await until('the agent listens', () => agent.stdout().startsWith('listening\n'))
}

/** What came with each listener, in order. */
export const statesOf = (stdout: string): readonly string[] =>
  stdout.split('\n').flatMap((line) => /^state (.*)$/.exec(line)?.[1] ?? [])
