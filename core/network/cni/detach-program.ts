// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { AfterRequest } from '../../../native-shim/container-monitor.ts'
import type { Context } from '../../context.ts'

/** A bundle of its own, or the module where there are no bundles. */
const names = ['detach.cjs', 'detach-main.js'] as const

/** More than all plugins of some networks together are given. */
const TIMEOUT_MS = 300_000

/** What takes a container from its networks when it is gone. */
export function detachProgram({ env }: Pick<Context, 'env'>, recordPath: string): AfterRequest {
  const folder = import.meta.dirname
  const script = names.map((name) => `${folder}/${name}`).find(existsSync)
  if (script === undefined) throw new TypeError(`${names[0]} is not in ${folder}`)
  const what = 'tsbuild: warning: leaving the networks'
  const hint = '\n  hint: the next command tries again; the words of the plugins are above'
  return {
    program: process.execPath,
    argv: ['node', script, recordPath],
    env: [`PATH=${env['PATH'] ?? ''}`],
    input: new Uint8Array(),
    timeoutMs: TIMEOUT_MS,
    notices: {
      notStarted: `${what} could not be started: `,
      failed: `${what} failed${hint}: status `,
      tookTooLong: `${what} took too long${hint}`,
    },
  }
}
