// SPDX-License-Identifier: Apache-2.0
import type { ExternalMonitor } from '../../../native-shim/external-monitor.ts'
import type { Context } from '../../context.ts'
import { readTextIfThere } from '../../lib/files.ts'
import { bundlePaths, type CommandPlan, runtimeCommands, type Verb } from './commands.ts'
import { commandFailure } from './failure.ts'

/** How long `delete` may take, when the container has ended. */
const DELETE_TIMEOUT_MS = 10_000

/** What a runtime hears of our environment: where its helpers and its user's bus are. */
const variables = ['PATH', 'HOME', 'TMPDIR', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS']

/** The commands of a runtime for one container. */
export interface RuntimeSession {
  /**
   * Runs one to its end.
   *
   * @returns what it printed
   * @throws ShimError of `exec` when the program of the container is at fault, else TsbuildError
   */
  run(verb: Verb): Promise<string>
  /** Has `delete` run when the container has ended. */
  deleteAtEnd(): Promise<void>
}

export function runtimeSession(
  { env, trace }: Pick<Context, 'env' | 'trace'>,
  monitor: ExternalMonitor,
  plan: CommandPlan,
): RuntimeSession {
  const { bundle, log } = bundlePaths(plan.folder)
  const commands = runtimeCommands(plan)
  const name = plan.program.slice(plan.program.lastIndexOf('/') + 1)
  const shared = {
    cwd: bundle,
    env: [
      ...variables.flatMap((key) => (env[key] === undefined ? [] : [`${key}=${env[key]}`])),
      'LC_ALL=C',
    ],
  }
  return {
    async run(verb) {
      const argv = commands[verb]
      const stdio = verb === 'create' ? 'container' : 'null'
      const { status, stdout, stderr } = await monitor.command({ ...shared, argv }, stdio)
      const words = verb === 'create' ? (readTextIfThere(log) ?? '') : stderr
      trace('exec', 'runtime', { argv, status, stdout, words })
      if (status !== 0) throw commandFailure({ name, verb }, { status, words })
      return stdout
    },
    deleteAtEnd: () =>
      monitor.last({
        ...shared,
        argv: commands.delete,
        timeoutMs: DELETE_TIMEOUT_MS,
        notice: `tsbuild: warning: ${name} could not remove the container it ran: `,
      }),
  }
}
