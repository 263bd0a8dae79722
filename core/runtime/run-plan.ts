// SPDX-License-Identifier: Apache-2.0

import type { ExecutionConfig } from '../../images/model.ts'
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { chooseNetwork } from '../network/choose.ts'
import { type AskedMounts, askedMounts } from '../options/asked-mounts.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import { type DnsOptions, dnsOptions } from '../options/dns.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { type AddedHost, addedHost } from '../options/hosts.ts'
import { type ExternalRuntime, externalRuntime } from '../options/runtime.ts'
import type { TerminalSize } from '../options/terminal-size.ts'
import type { RootfsPlan } from '../snapshot/rootfs.ts'
import { isApart, type NamespaceSource } from '../spec/namespaces.ts'
import type { Network } from '../spec/network.ts'
import type { Machine } from '../spec/seccomp/types.ts'
import type { Subscription } from '../spec/subscriptions.ts'
import { findSubscriptions } from './find-subscriptions.ts'
import { namespaceOfContainer } from './joinable.ts'
import { type IsolationPlan, planIsolation } from './plan-isolation.ts'
import { type ProcessPlan, processPlan } from './process-plan.ts'
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
  /** Where the options say nothing. */
  readonly defaults: EngineDefaults
}

/** What it runs in. Nobody else may use the snapshots of its root file system meanwhile. */
export interface RunSubject {
  readonly id: string
  readonly name: string
  /** What it was made from. */
  readonly image: { readonly id: string; readonly name: string } | null
  readonly config: Pick<ExecutionConfig, 'Env' | 'User' | 'WorkingDir'>
  readonly rootfs: RootfsPlan
  /** Directories of the container alone, by the VOLUMEs of the image that they are for. */
  readonly volumes?: Readonly<Record<string, string>>
}

/** How the program meets us. */
export interface Surroundings {
  /** A pty of the container's own. */
  readonly terminal: boolean
  /** Undefined: as large as the terminal that tsbuild has, if it has one. */
  readonly terminalSize: TerminalSize | undefined
  readonly stdio: readonly [StdioMode, StdioMode, StdioMode]
}

/** All that is decided before the root file system is there; it has no user yet. */
export interface RunPlan extends Surroundings, IsolationPlan {
  readonly subject: RunSubject
  readonly request: ProgramRequest
  readonly args: readonly [program: string, ...rest: string[]]
  readonly network: Network
  readonly addedHosts: readonly AddedHost[]
  readonly dns: DnsOptions
  readonly process: ProcessPlan
  readonly asked: AskedMounts
  readonly subscriptions: readonly Subscription[]
  /** Undefined: our own engine. */
  readonly runtime: ExternalRuntime | undefined
  readonly machine: Machine
}

/**
 * Turns a request into what will be done.
 *
 * @throws TsbuildError USAGE for a value that makes no sense
 */
export function planRun(
  context: Pick<Context, 'rights' | 'env' | 'warn' | 'paths' | 'monitor'>,
  subject: RunSubject,
  request: ProgramRequest,
  surroundings: Surroundings,
): RunPlan {
  const [program, ...rest] = request.args
  if (program === undefined || program === '')
    throw new TsbuildError('USAGE', 'nothing to run: no command was given', {
      hint: 'name a program after the container: tsbuild run CONTAINER PROGRAM',
    })
  const { options } = request
  const network = chooseNetwork(context, {
    options: options.network ?? [],
    defaults: request.defaults,
    pathOf: (container) => namespaceOfContainer(context, container, 'network'),
  })
  const isolation = planIsolation(context, {
    options,
    network: sourceOf(network),
    hostname: request.hostname ?? subject.id.slice(0, 12),
  })
  return {
    ...surroundings,
    subject,
    request,
    args: [program, ...rest],
    ...isolation,
    network: isApart(isolation.namespaces, 'network') ? network : { kind: 'host' },
    addedHosts: (options.addHost ?? []).map(addedHost),
    dns: dnsOptions(options),
    process: processPlan(options, request.defaults),
    asked: askedMounts(options),
    subscriptions: findSubscriptions(context, options.defaultMountsFile),
    runtime: externalRuntime(options, { isolation: isolation.isolation, env: context.env }),
    machine: process.arch === 'arm64' ? 'arm64' : 'x64',
  }
}

/** What the filter of a plan depends on, and nothing else: equal requests have equal filters. */
export function seccompRequest(
  { process: { security, capabilities }, machine, runtime }: RunPlan,
  { wantsProfile }: Pick<SeccompRequest, 'wantsProfile'>,
): SeccompRequest {
  const isRead = wantsProfile || runtime !== undefined
  return { option: security.seccomp, capabilities, machine, wantsProfile: isRead }
}

function sourceOf(network: Network): NamespaceSource {
  if (network.kind === 'joined') return { path: network.path }
  return network.kind === 'host' ? 'host' : 'private'
}
