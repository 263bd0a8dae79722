// SPDX-License-Identifier: Apache-2.0
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Context, Rights } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { defaultCapabilities, resolveCapabilities } from '../spec/capabilities.ts'
import { checkHostname } from '../spec/hostname.ts'
import type { IdMappings } from '../spec/id-maps.ts'
import type { NetworkMode } from '../spec/network-mode.ts'
import type { Machine } from '../spec/seccomp/types.ts'
import type { ContainerRecord } from '../store/container-record.ts'
import { hasCgroupNamespaces } from './host.ts'
import { containerIdMaps } from './namespaces.ts'

/** What a user asks of `run`; undefined is "not said". */
export interface RunRequest {
  /** Name or id of the working container. */
  readonly container: string
  readonly args: readonly string[]
  /** `NAME=value`, or `NAME` for the host's value. */
  readonly env: readonly string[]
  readonly user: string | undefined
  readonly workingdir: string | undefined
  readonly hostname: string | undefined
  readonly network: NetworkMode
  /** A pty for the program; undefined: when stdin is a terminal. */
  readonly terminal: boolean | undefined
  readonly noNewPrivileges: boolean
  readonly capAdd: readonly string[]
  readonly capDrop: readonly string[]
  /** `default`, `unconfined` or the path of a profile. */
  readonly seccomp: string
  readonly dryRun: boolean
}

export type NamespaceType = 'user' | 'mount' | 'pid' | 'ipc' | 'uts' | 'network' | 'cgroup'

/** All that is decided before the root file system is there; it has no user yet. */
export interface RunPlan {
  readonly id: string
  readonly record: ContainerRecord
  readonly args: readonly [program: string, ...rest: string[]]
  readonly hostname: string
  readonly terminal: boolean
  readonly stdio: readonly [StdioMode, StdioMode, StdioMode]
  readonly idMaps: IdMappings | undefined
  readonly namespaces: readonly NamespaceType[]
  readonly capabilities: readonly string[]
  readonly machine: Machine
}

/**
 * Turns a request into what will be done.
 *
 * @throws TsbuildError USAGE for a value that makes no sense
 */
export function planRun(
  { rights }: Context,
  request: RunRequest,
  record: ContainerRecord,
): RunPlan {
  const [program, ...rest] = request.args
  if (program === undefined || program === '')
    throw new TsbuildError('USAGE', 'nothing to run: no command was given', {
      hint: 'name a program after the container: tsbuild run CONTAINER PROGRAM',
    })
  const terminal = request.terminal ?? rights.terminals[0]
  const idMaps = containerIdMaps(rights)
  const { capAdd: add, capDrop: drop } = request
  return {
    id: record.id,
    record,
    args: [program, ...rest],
    hostname: checkHostname(request.hostname ?? record.id.slice(0, 12)),
    terminal,
    stdio: stdioModes(rights, terminal),
    idMaps,
    namespaces: namespacesOf(request.network, idMaps),
    capabilities: resolveCapabilities({ base: defaultCapabilities, add, drop }),
    machine: process.arch === 'arm64' ? 'arm64' : 'x64',
  }
}

/** Files and pipes are handed on as they are; a terminal of the host never is. */
function stdioModes({ terminals }: Rights, terminal: boolean): RunPlan['stdio'] {
  if (terminal) return ['null', 'null', 'null'] // until the container's own takes their place
  const mode = (isTerminal: boolean): StdioMode => (isTerminal ? 'pipe' : 'inherit')
  const [stdin, stdout, stderr] = terminals
  return [mode(stdin), mode(stdout), mode(stderr)]
}

function namespacesOf(network: NetworkMode, idMaps: IdMappings | undefined): NamespaceType[] {
  return [
    ...(idMaps === undefined ? [] : (['user'] as const)),
    'mount',
    'pid',
    'ipc',
    'uts',
    ...(network === 'host' ? [] : (['network'] as const)),
    ...(hasCgroupNamespaces() ? (['cgroup'] as const) : []),
  ]
}
