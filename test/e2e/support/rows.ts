// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import type { Result, RunOptions } from '../../harness/child.ts'
import { failureText, type TestUser } from '../../harness/user.ts'

/** What must come of a command; what is not said must be status 0 and an empty stderr. */
export interface Wanted {
  /** `null`: it was killed. */
  readonly code?: number | null
  /** A string is all of it; anything goes if not given. */
  readonly stdout?: string | RegExp
  readonly stderr?: string | RegExp
}

/** One `run` among others in the same container. */
export interface RunRow {
  readonly name: string
  /** Of `run`, behind `--network none`. */
  readonly options?: readonly string[]
  /** The words behind the container. */
  readonly argv: readonly string[]
  readonly want: Wanted | ((user: TestUser) => Wanted)
  readonly how?: RunOptions
  /** A line of the host's shell that does something with the command, which is `"$@"` in it. */
  readonly host?: string
}

/** The script as a program of the container. */
export const shell = (script: string): readonly string[] => ['sh', '-c', script]

/** The command line of a `run` without a network: what most cases need, and the quickest. */
export const runArgs = (container: string, argv: readonly string[]): readonly string[] => [
  ...['run', '--network', 'none', container],
  ...argv,
]

/** The arguments of tsbuild in a line of the host's shell, where the command is `"$@"`. */
export const onHost = (user: TestUser, line: string, args: readonly string[]): string[] => [
  ...['bash', '-o', 'pipefail', '-c', line, 'bash'],
  ...user.command,
  ...args,
]

/** Types the rows one after the other and fails with all that went wrong. */
export async function checkRows(
  user: TestUser,
  container: string,
  rows: readonly RunRow[],
): Promise<void> {
  const complaints: string[] = []
  for (const row of rows) {
    const { complaint, isStuck } = await outcomeOf(user, container, row)
    if (complaint !== undefined) complaints.push(`${row.name}: ${complaint}`)
    if (isStuck) break // it holds the container
  }
  assert.equal(complaints.join('\n\n'), '')
}

interface Outcome {
  readonly complaint: string | undefined
  readonly isStuck: boolean
}

async function outcomeOf(user: TestUser, container: string, row: RunRow): Promise<Outcome> {
  const { options = [], argv, want, how, host } = row
  const args = ['run', '--network', 'none', ...options, container, ...argv]
  const line = host === undefined ? [...user.command, ...args] : onHost(user, host, args)
  try {
    const result = await user.run(line, { timeoutMs: 20_000, ...how })
    const wanted = typeof want === 'function' ? want(user) : want
    if (agrees(result, wanted)) return { complaint: undefined, isStuck: false }
    const complaint = `wanted ${shown(wanted)}\n${failureText(args, result)}`
    return { complaint, isStuck: false }
  } catch (error) {
    return { complaint: String(error), isStuck: true }
  }
}

/** @throws AssertionError that shows the command and all that it printed */
export function check(args: readonly string[], result: Result, wanted: Wanted): void {
  assert.ok(agrees(result, wanted), `wanted ${shown(wanted)}\n${failureText(args, result)}`)
}

function agrees({ code, stdout, stderr }: Result, wanted: Wanted): boolean {
  return (
    code === (wanted.code === undefined ? 0 : wanted.code) &&
    matches(stdout, wanted.stdout ?? /^/) &&
    matches(stderr, wanted.stderr ?? '')
  )
}

const matches = (text: string, wanted: string | RegExp): boolean =>
  typeof wanted === 'string' ? text === wanted : wanted.test(text)

const shown = ({ code = 0, stdout, stderr }: Wanted): string =>
  [`status ${code}`, `stdout ${quoted(stdout)}`, `stderr ${quoted(stderr ?? '')}`].join(', ')

const quoted = (wanted: string | RegExp | undefined): string =>
  typeof wanted === 'string' ? JSON.stringify(wanted) : String(wanted ?? 'whatever')
