// SPDX-License-Identifier: Apache-2.0

/** What a runtime is told about one container. */
export interface CommandPlan {
  /** Absolute path of the runtime. */
  readonly program: string
  /** Its global options, as the user wants them. */
  readonly flags: readonly string[]
  /** Where all that follows lies: for this container alone. */
  readonly folder: string
  readonly id: string
  readonly terminal: boolean
}

/** The paths that we and the runtime agree on. */
export interface BundlePaths {
  readonly bundle: string
  readonly config: string
  /** The runtime's own records. */
  readonly state: string
  readonly pidFile: string
  readonly consoleSocket: string
  /** What goes wrong in `create`, whose stderr is the container's. */
  readonly log: string
}

export type Verb = 'create' | 'state' | 'start' | 'kill' | 'delete'

export function bundlePaths(folder: string): BundlePaths {
  return {
    bundle: folder,
    config: `${folder}/config.json`,
    state: `${folder}/state`,
    pidFile: `${folder}/pid`,
    consoleSocket: `${folder}/console`,
    log: `${folder}/log`,
  }
}

/**
 * The command line of each verb.
 *
 * @see OCI runtime-tools, docs/command-line-interface.md; runc(8), crun(1)
 */
export function runtimeCommands(plan: CommandPlan): Readonly<Record<Verb, string[]>> {
  const { program, flags, folder, id, terminal } = plan
  const { bundle, state, pidFile, consoleSocket, log } = bundlePaths(folder)
  const common = [program, ...flags, '--root', state]
  const console = terminal ? ['--console-socket', consoleSocket] : []
  const places = ['--bundle', bundle, '--pid-file', pidFile, ...console]
  return {
    create: [...common, '--log', log, 'create', ...places, id],
    state: [...common, 'state', id],
    start: [...common, 'start', id],
    kill: [...common, 'kill', id, 'KILL'],
    delete: [...common, 'delete', '--force', id],
  }
}
