// SPDX-License-Identifier: Apache-2.0
import { type Result, type RunOptions, start } from '../../harness/child.ts'
import type { TestUser } from '../../harness/user.ts'

/**
 * Runs a program as the user, below a program that root runs: one that makes a mount namespace,
 * or a tracer, which could not trace set-user-ID programs otherwise.
 *
 * @param prefix argv of what root runs; the user's command is added to it
 * @param options.groups supplementary ones in place of the user's own
 */
export async function runBelow(
  user: TestUser,
  prefix: readonly string[],
  argv: readonly string[],
  { env = {}, groups, ...options }: RunOptions & { readonly groups?: string } = {},
): Promise<Result> {
  const { uid, gid } = user
  const own = groups === undefined ? '--init-groups' : `--groups=${groups}`
  const change = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, own, '--']
  const all = [...prefix, ...(uid === 0 && groups === undefined ? [] : change), ...argv]
  return start(all, { ...options, env: { ...(await environmentOf(user)), ...env } }).result
}

async function environmentOf(user: TestUser): Promise<Record<string, string>> {
  const { stdout } = await user.run(['env', '--null'])
  const entries = stdout.split('\0').filter((entry) => entry !== '')
  return Object.fromEntries(entries.map((entry) => splitOnce(entry)))
}

function splitOnce(entry: string): readonly [string, string] {
  const at = entry.indexOf('=')
  return [entry.slice(0, at), entry.slice(at + 1)]
}
