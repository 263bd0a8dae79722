// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { ContainerMonitor } from '../../native-shim/container-monitor.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Context } from '../context.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import type { PreparedContainer } from '../runtime/container.ts'
import type { SeccompFilter } from '../runtime/seccomp-option.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import type { HookFile } from './hook-file.ts'

/** Those of the machine, for root. */
const standardDirectories = ['/usr/share/containers/oci/hooks.d', '/etc/containers/oci/hooks.d']

/**
 * The hooks that the options name, or those of the machine. Without any, nothing is loaded.
 *
 * @throws TsbuildError HOOK_INVALID
 */
export async function findHooks(
  { rights }: Pick<Context, 'rights'>,
  { hooksDir }: ContainerOptions,
): Promise<readonly HookFile[]> {
  const standard = () => (rights.hostUid === 0 ? standardDirectories : [])
  // The standard ones may be named where they do not exist: containers.conf(5) does.
  const isOptional = (path: string) => standardDirectories.includes(path.replace(/\/+$/, ''))
  const directories = (hooksDir ?? standard()).filter(
    (path) => !isOptional(path) || existsSync(path),
  )
  if (directories.length === 0) return []
  const { readHookFiles } = await import('./hooks-main.ts')
  return readHookFiles(directories)
}

export interface HookedSpec {
  readonly spec: RuntimeSpec
  readonly filter: SeccompFilter
}

export interface HookedRun {
  readonly hooks: readonly HookFile[]
  /** Of this container alone, on a file system that only this command sees. */
  readonly folder: string
  readonly hasBindMounts: boolean
}

/** A spec with the hooks in it that fit, after precreate hooks have edited it. */
export async function withHooks(hooked: HookedSpec, run: HookedRun): Promise<HookedSpec> {
  if (run.hooks.length === 0) return hooked
  const { applyHooks } = await import('./hooks-main.ts')
  return applyHooks(hooked, run)
}

/** The hooks of a spec, on their way through the life of its container. */
export interface RuntimeHooks {
  /** For init, at the places that their names say. */
  readonly ops: { readonly createContainer: readonly Op[]; readonly startContainer: readonly Op[] }
  /** To be called when all is mounted. @throws TsbuildError HOOK_FAILED */
  beforePivot(): Promise<void>
  /** To be called when the program runs. */
  afterStart(): Promise<void>
}

/** What the spec's hooks are to do. Poststop ones are with the monitor from now on. */
export async function runtimeHooks(
  context: Context,
  monitor: ContainerMonitor,
  container: PreparedContainer,
): Promise<RuntimeHooks | undefined> {
  if (container.spec.hooks === undefined) return undefined
  const { openHooks } = await import('./hooks-main.ts')
  return openHooks(context, monitor, container)
}
