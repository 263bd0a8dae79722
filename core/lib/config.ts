// SPDX-License-Identifier: Apache-2.0

/** The user's environment, as it was before the launcher changed it for Node. */
export type Environment = Readonly<Record<string, string>>

/** What the process was started with: the environment, and the launcher's record apart. */
export interface Startup {
  readonly env: Environment
  /** Text for native-shim/launch-record.ts; undefined when Node was started by hand. */
  readonly launchRecord: string | undefined
}

/** How a variable that the launcher sets aside is called while Node runs. */
export const SAVED_PREFIX = 'TSBUILD_SAVED_'

/** The variable that carries the launcher's record. */
export const RECORD_VARIABLE = 'TSBUILD_LAUNCH'

/** The only reader of process.env. */
export function readStartup(): Startup {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined || name === RECORD_VARIABLE) continue
    env[name.startsWith(SAVED_PREFIX) ? name.slice(SAVED_PREFIX.length) : name] = value
  }
  return { env, launchRecord: process.env[RECORD_VARIABLE] }
}

export interface StorePaths {
  /** Images, containers, snapshots. Absolute. */
  readonly root: string
  /** What lives only while something runs. Absolute. */
  readonly runroot: string
}

export interface StorePathOptions {
  readonly root: string | undefined
  readonly runroot: string | undefined
  /** Of the user outside of any namespace. */
  readonly hostUid: number
  readonly cwd: string
  readonly env: Environment
}

/**
 * Where the store is: the options, else the places of the XDG base directory specification, for
 * root /var/lib and /run. Without XDG_RUNTIME_DIR (CI, su) run state lies in /tmp/tsbuild-UID.
 */
export function storePaths({ root, runroot, hostUid, cwd, env }: StorePathOptions): StorePaths {
  const data = env['XDG_DATA_HOME'] ?? `${env['HOME'] ?? '/'}/.local/share`
  const runtime = env['XDG_RUNTIME_DIR']
  const defaults =
    hostUid === 0
      ? { root: '/var/lib/tsbuild', runroot: '/run/tsbuild' }
      : {
          root: `${data}/tsbuild`,
          runroot: runtime === undefined ? `/tmp/tsbuild-${hostUid}` : `${runtime}/tsbuild`,
        }
  return {
    root: absolute(root ?? env['TSBUILD_ROOT'] ?? defaults.root, cwd),
    runroot: absolute(runroot ?? env['TSBUILD_RUNROOT'] ?? defaults.runroot, cwd),
  }
}

function absolute(path: string, cwd: string): string {
  const full = path.startsWith('/') ? path : `${cwd}/${path}`
  const trimmed = full.replace(/\/+$/, '')
  return trimmed === '' ? '/' : trimmed
}
