// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { words } from '../options/capability-layers.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { type GroupOptions, parseGroups } from '../options/group.ts'
import { parseResources, type ResourceOptions } from '../options/resources.ts'
import { type SecurityOptions, securityOptions } from '../options/security.ts'
import { parseSize } from '../options/size.ts'
import { parseUlimits } from '../options/ulimit.ts'
import {
  type Capability,
  defaultCapabilities,
  everyCapability,
  resolveCapabilities,
} from '../spec/capabilities.ts'
import type { HostDevice } from '../spec/devices.ts'
import type { Rlimit } from '../spec/schema.ts'
import { boundingSet, hostFile } from './host.ts'
import { hostDevices } from './host-devices.ts'

/** What a program may do and use, as far as that is known before its root file system is there. */
export interface ProcessPlan {
  readonly security: SecurityOptions
  /** Of the AppArmor that the kernel has; undefined: none is set. */
  readonly apparmorProfile: string | undefined
  readonly capabilities: readonly Capability[]
  readonly groups: GroupOptions
  readonly umask: number | undefined
  /** Those that were asked for. */
  readonly rlimits: readonly Rlimit[]
  readonly devices: readonly HostDevice[]
  /** Of /dev/shm, 0 for no limit; undefined: not said. */
  readonly shmSizeBytes: number | undefined
  readonly limits: ResourceOptions
  /** Whether the proxy variables of the host are handed on. */
  readonly proxies: boolean
}

/**
 * Reads the options that are about the process.
 *
 * @throws TsbuildError USAGE, RUNTIME_FAILED for what this machine does not have
 */
export function processPlan(options: ContainerOptions, defaults: EngineDefaults): ProcessPlan {
  const security = securityOptions(options.securityOpt ?? [])
  checkModules(security)
  const add = words(options.capAdd)
  const profile = security.apparmor ?? defaults.apparmorProfile
  return {
    security,
    apparmorProfile: profile !== undefined && isAppArmorOn() ? profile : undefined,
    capabilities: resolveCapabilities({
      base: defaults.capabilities ?? defaultCapabilities,
      add,
      drop: words(options.capDrop),
      available: add.length === 0 ? everyCapability : boundingSet(),
    }),
    groups: parseGroups(options.groupAdd ?? []),
    umask: defaults.umask,
    rlimits: parseUlimits(options.ulimit ?? []),
    devices: hostDevices(options.device ?? []),
    shmSizeBytes:
      options.shmSize === undefined ? undefined : parseSize('shm-size', options.shmSize),
    limits: parseResources(options),
    proxies: options.httpProxy ?? true,
  }
}

/** What is asked of a security module that is not there would be silently missing. */
function checkModules({ apparmor, label }: SecurityOptions): void {
  if (apparmor !== undefined && apparmor !== 'unconfined' && !isAppArmorOn())
    throw new TsbuildError('RUNTIME_FAILED', `cannot apply AppArmor profile ${apparmor}`, {
      cause: 'the kernel has AppArmor not enabled',
      hint: 'leave the option out, or boot with AppArmor (apparmor=1 security=apparmor)',
    })
  if (label.length > 0)
    throw new TsbuildError('RUNTIME_FAILED', `cannot give the container label ${label.join(' ')}`, {
      cause: existsSync('/sys/fs/selinux/enforce')
        ? 'tsbuild sets no SELinux labels'
        : 'the kernel has SELinux not enabled',
      hint: 'leave the option out, or say label=disable',
    })
}

const isAppArmorOn = (): boolean =>
  hostFile('/sys/module/apparmor/parameters/enabled')?.trim() === 'Y'

/**
 * Refuses limits that nobody would keep.
 *
 * @throws TsbuildError RUNTIME_FAILED
 */
export function refuseLimits({ asked }: ResourceOptions): void {
  if (asked.length === 0) return
  throw new TsbuildError('RUNTIME_FAILED', `cannot limit resources: ${asked.join(', ')}`, {
    cause: 'limits need a cgroup for the container, and our own engine makes none yet',
    hint: 'leave them out, or let an OCI runtime do it: --isolation oci --runtime runc',
  })
}

/** Rules for devices are a matter of cgroups. */
export function warnOfAccess({ warn }: Pick<Context, 'warn'>, { devices }: ProcessPlan): void {
  const limited = devices.filter(({ access }) => access !== 'rwm').map(({ path }) => path)
  if (limited.length === 0) return
  warn(`${limited.join(', ')}: used as the mode allows; other letters than rwm need a cgroup`)
}
