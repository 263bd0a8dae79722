// SPDX-License-Identifier: Apache-2.0

import type { ExecutionConfig } from '../../images/model.ts'
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import { type ExternalRuntime, externalRuntime } from '../options/runtime.ts'
import { type SecurityOptions, securityOptions } from '../options/security.ts'
import type { RootfsPlan } from '../snapshot/rootfs.ts'
import { defaultCapabilities, resolveCapabilities } from '../spec/capabilities.ts'
import { checkHostname } from '../spec/hostname.ts'
import type { IdMappings } from '../spec/id-maps.ts'
import { type NetworkMode, networkMode } from '../spec/network-mode.ts'
import type { Machine } from '../spec/seccomp/types.ts'
import { hasCgroupNamespaces } from './host.ts'
import { containerIdMaps } from './namespaces.ts'
import type { SeccompRequest } from './seccomp-option.ts'

/** What is asked of a container's program, by `run` or a step of a build. */
export interface ProgramRequest {
  readonly args: readonly string[]
  /** `NAME=value`, or `NAME` for the host's value; before the image's. */
  readonly env: readonly string[]
  /** Undefined: what the image says. */
  readonly user: string | undefined
  readonly workingdir: string | undefined
  /** Undefined: the beginning of the id. */
  readonly hostname: string | undefined
  readonly options: ContainerOptions
}

/** What it runs in. Nobody else may use the snapshots of its root file system meanwhile. */
export interface RunSubject {
  readonly id: string
  readonly name: string
  /** What it was made from. */
  readonly image: { readonly id: string; readonly name: string } | null
  readonly config: Pick<ExecutionConfig, 'Env' | 'User' | 'WorkingDir'>
  readonly rootfs: RootfsPlan
}

/** How the program meets us. */
export interface Surroundings {
  /** A pty of the container's own. */
  readonly terminal: boolean
  readonly stdio: readonly [StdioMode, StdioMode, StdioMode]
  /** Whether the host's proxy variables are handed on. */
  readonly proxies: boolean
}

export type NamespaceType = 'user' | 'mount' | 'pid' | 'ipc' | 'uts' | 'network' | 'cgroup'

/** All that is decided before the root file system is there; it has no user yet. */
export interface RunPlan extends Surroundings {
  readonly subject: RunSubject
  readonly request: ProgramRequest
  readonly args: readonly [program: string, ...rest: string[]]
  readonly hostname: string
  readonly idMaps: IdMappings | undefined
  readonly network: NetworkMode
  readonly security: SecurityOptions
  /** Undefined: our own engine. */
  readonly runtime: ExternalRuntime | undefined
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
  { rights, env }: Pick<Context, 'rights' | 'env'>,
  subject: RunSubject,
  request: ProgramRequest,
  surroundings: Surroundings,
): RunPlan {
  const [program, ...rest] = request.args
  if (program === undefined || program === '')
    throw new TsbuildError('USAGE', 'nothing to run: no command was given', {
      hint: 'name a program after the container: tsbuild run CONTAINER PROGRAM',
    })
  const idMaps = containerIdMaps(rights)
  const { options } = request
  const network = networkMode(options.network ?? [])
  return {
    ...surroundings,
    subject,
    request,
    args: [program, ...rest],
    hostname: checkHostname(request.hostname ?? subject.id.slice(0, 12)),
    idMaps,
    network,
    runtime: externalRuntime(options, { isolation: options.isolation, env }),
    security: securityOptions(options.securityOpt ?? []),
    namespaces: namespacesOf(network, idMaps),
    capabilities: resolveCapabilities({
      base: defaultCapabilities,
      add: commaSeparated(options.capAdd),
      drop: commaSeparated(options.capDrop),
    }),
    machine: process.arch === 'arm64' ? 'arm64' : 'x64',
  }
}

/** What the filter of a plan depends on, and nothing else: equal requests have equal filters. */
export function seccompRequest(
  { security, capabilities, machine, runtime }: RunPlan,
  { wantsProfile }: Pick<SeccompRequest, 'wantsProfile'>,
): SeccompRequest {
  const isRead = wantsProfile || runtime !== undefined
  return { option: security.seccomp, capabilities, machine, wantsProfile: isRead }
}

const commaSeparated = (values: readonly string[] = []) =>
  values.flatMap((value) => value.split(','))

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
