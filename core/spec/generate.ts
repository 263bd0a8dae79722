// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { Isolation } from '../options/isolation.ts'
import type { ResourceOptions } from '../options/resources.ts'
import { chrootMounts } from './chroot-mounts.ts'
import type { DeviceParts } from './devices.ts'
import type { IdMappings } from './id-maps.ts'
import { containerMounts, type ExtraMounts, type GeneratedFile } from './mounts.ts'
import { isOwn, mountRights, type Namespace } from './namespaces.ts'
import type { Network } from './network.ts'
import { workingDirectory } from './program.ts'
import type { protectedPaths } from './protected-paths.ts'
import type { Rlimit, RuntimeSpec } from './schema.ts'
import type { LinuxSeccomp } from './seccomp/types.ts'
import { networkSysctls } from './sysctls.ts'
import type { ResolvedUser } from './user.ts'

/** All that a spec depends on, every choice made. */
export interface SpecRequest extends DeviceParts {
  readonly args: readonly [program: string, ...rest: string[]]
  /** The whole environment: `NAME=value`. */
  readonly env: readonly string[]
  /** In the container; made absolute from `/`. */
  readonly cwd: string
  readonly user: ResolvedUser
  /** Whether the program has the supplementary groups of the caller. */
  readonly keepGroups: boolean
  /** Undefined: the runtime's, 022. */
  readonly umask: number | undefined
  readonly terminal: boolean
  /** In characters; undefined leaves the size to the kernel. */
  readonly consoleSize: { readonly height: number; readonly width: number } | undefined
  readonly hostname: string
  /** On the host. */
  readonly rootfs: string
  readonly readonlyRootfs: boolean
  /** Maps of a user namespace of the container's own; undefined shares the caller's. */
  readonly idMaps: IdMappings | undefined
  readonly network: Network['kind']
  readonly isolation: Isolation
  readonly namespaces: readonly Namespace[]
  /** Full names. */
  readonly capabilities: readonly string[]
  readonly noNewPrivileges: boolean
  readonly apparmorProfile: string | undefined
  /** Undefined: no filter. */
  readonly seccomp: LinuxSeccomp | undefined
  readonly rlimits: readonly Rlimit[]
  readonly generatedFiles: readonly GeneratedFile[]
  readonly extraMounts: ExtraMounts
  /** Whether gid 5 (tty) exists in the container. */
  readonly gid5Mapped: boolean
  readonly shmSizeBytes: number | undefined
  /** Of the mount of /proc. */
  readonly procOptions: readonly string[]
  readonly protectedPaths: ReturnType<typeof protectedPaths>
  readonly resources: ResourceOptions['resources']
  readonly cgroupsPath: string | undefined
  readonly annotations: Readonly<Record<string, string>>
  /** By their names, each of a namespace of the container's own; as in buildah with a network. */
  readonly sysctls?: Readonly<Record<string, string>>
}

/**
 * The OCI runtime spec of a container.
 *
 * @throws TsbuildError SPEC_INVALID if an argument, a variable or a path holds a NUL byte, which
 *   images can do and execve(2) cannot
 * @see OCI runtime-spec 1.2, config.md and config-linux.md
 */
export function generateSpec(request: SpecRequest): RuntimeSpec {
  refuseNul(request)
  const mounts = containerMounts({
    gid5Mapped: request.gid5Mapped,
    shmSizeBytes: request.shmSizeBytes,
    procOptions: request.procOptions,
    ...mountRights(request.namespaces),
    generatedFiles: request.generatedFiles,
    ...request.extraMounts,
  })
  return {
    ociVersion: '1.2.0',
    process: containerProcess(request),
    root: { path: request.rootfs, readonly: request.readonlyRootfs },
    ...(isOwn(request.namespaces, 'uts') && { hostname: request.hostname }),
    mounts: [
      ...(request.isolation === 'chroot' ? chrootMounts(mounts) : mounts),
      ...request.mounts,
    ],
    annotations: {
      ...request.annotations,
      ...(request.keepGroups && { [KEEP_GROUPS]: '1' }),
    },
    linux: containerLinux(request),
  }
}

/** crun's annotation, which podman sets: setgroups(2) is not called. */
export const KEEP_GROUPS = 'run.oci.keep_original_groups'

/** A network of its own that leads out. */
const isConfigured = ({ network, namespaces }: SpecRequest): boolean =>
  network !== 'none' && isOwn(namespaces, 'network')

function refuseNul({ args, env, cwd, user }: SpecRequest): void {
  const texts = { argument: args, variable: env, path: [cwd, user.home] }
  for (const [kind, values] of Object.entries(texts)) {
    const index = values.findIndex((value) => value.includes('\0'))
    if (index === -1) continue
    const message = `prepare the container's process: ${kind} ${index + 1} holds a NUL byte`
    throw new TsbuildError('SPEC_INVALID', message)
  }
}

function containerProcess(request: SpecRequest): NonNullable<RuntimeSpec['process']> {
  const { terminal, consoleSize, user, umask, args, env, cwd, apparmorProfile } = request
  const { uid, gid, additionalGids } = user
  return {
    terminal,
    ...(consoleSize && { consoleSize }),
    user: { uid, gid, additionalGids, ...(umask !== undefined && { umask }) },
    args,
    env,
    cwd: workingDirectory(cwd),
    capabilities: capabilitySets(request),
    rlimits: request.rlimits,
    noNewPrivileges: request.noNewPrivileges,
    ...(apparmorProfile !== undefined && { apparmorProfile }),
  }
}

// As in buildah a user other than root starts with none; what is in the bounding set a setuid
// program can still get. Nothing is inheritable: with that, any file with inheritable bits would
// give a non-root user capabilities (CVE-2022-27651).
function capabilitySets({ capabilities, user }: SpecRequest) {
  const held = user.uid === 0 ? capabilities : []
  return {
    bounding: capabilities,
    effective: held,
    permitted: held,
    inheritable: [],
    ambient: [],
  }
}

function containerLinux(request: SpecRequest): NonNullable<RuntimeSpec['linux']> {
  const { idMaps, seccomp, devices, rules, cgroupsPath } = request
  const sysctl = isConfigured(request) ? { ...networkSysctls, ...request.sysctls } : {}
  const resources = { ...request.resources, ...(rules.length > 0 && { devices: rules }) }
  return {
    ...(idMaps && { uidMappings: idMaps.uid, gidMappings: idMaps.gid }),
    namespaces: request.namespaces,
    ...(Object.keys(sysctl).length > 0 && { sysctl }),
    ...(devices.length > 0 && { devices }),
    ...(cgroupsPath !== undefined && { cgroupsPath }),
    ...(Object.keys(resources).length > 0 && { resources }),
    maskedPaths: request.protectedPaths.masked,
    readonlyPaths: request.protectedPaths.readonly,
    ...(seccomp && { seccomp }),
  }
}
