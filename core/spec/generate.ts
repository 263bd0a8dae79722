// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { IdMappings } from './id-maps.ts'
import { containerMounts, type GeneratedFile } from './mounts.ts'
import type { Network } from './network.ts'
import { workingDirectory } from './program.ts'
import { maskedPaths, readonlyPaths } from './protected-paths.ts'
import type { Rlimit, RuntimeSpec } from './schema.ts'
import type { LinuxSeccomp } from './seccomp/types.ts'
import type { ResolvedUser } from './user.ts'

/** All that a spec depends on, every choice made. */
export interface SpecRequest {
  readonly args: readonly [program: string, ...rest: string[]]
  /** The whole environment: `NAME=value`. */
  readonly env: readonly string[]
  /** In the container; made absolute from `/`. */
  readonly cwd: string
  readonly user: ResolvedUser
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
  /** Whether the kernel has cgroup namespaces (/proc/self/ns/cgroup). */
  readonly cgroupNamespace: boolean
  /** Full names. */
  readonly capabilities: readonly string[]
  readonly noNewPrivileges: boolean
  /** Undefined: no filter. */
  readonly seccomp: LinuxSeccomp | undefined
  readonly rlimits: readonly Rlimit[]
  readonly generatedFiles: readonly GeneratedFile[]
  /** Whether gid 5 (tty) exists in the container. */
  readonly gid5Mapped: boolean
  /** CPUs whose thermal counters are to be masked: `0-3,7`, or empty. */
  readonly thermalCpus: string
  readonly annotations: Readonly<Record<string, string>>
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
  return {
    ociVersion: '1.2.0',
    process: containerProcess(request),
    root: { path: request.rootfs, readonly: request.readonlyRootfs },
    hostname: request.hostname,
    mounts: containerMounts({
      gid5Mapped: request.gid5Mapped,
      // Whose user namespace does not own the network namespace cannot mount one.
      sysfsAllowed: request.idMaps === undefined || !['host', 'joined'].includes(request.network),
      generatedFiles: request.generatedFiles,
    }),
    annotations: request.annotations,
    linux: containerLinux(request),
  }
}

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
  const { terminal, consoleSize, user, args, env, cwd } = request
  return {
    terminal,
    ...(consoleSize && { consoleSize }),
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args,
    env,
    cwd: workingDirectory(cwd),
    capabilities: capabilitySets(request),
    rlimits: request.rlimits,
    noNewPrivileges: request.noNewPrivileges,
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
  const { idMaps, seccomp, thermalCpus } = request
  return {
    ...(idMaps && { uidMappings: idMaps.uid, gidMappings: idMaps.gid }),
    namespaces: namespaceTypes(request).map((type) => ({ type })),
    maskedPaths: maskedPaths(thermalCpus),
    readonlyPaths: readonlyPaths(),
    ...(seccomp && { seccomp }),
  }
}

function namespaceTypes({ idMaps, network, cgroupNamespace }: SpecRequest) {
  const types = [
    { type: 'user', isWanted: idMaps !== undefined },
    { type: 'mount', isWanted: true },
    { type: 'pid', isWanted: true },
    { type: 'ipc', isWanted: true },
    { type: 'uts', isWanted: true },
    { type: 'network', isWanted: network !== 'host' },
    { type: 'cgroup', isWanted: cgroupNamespace },
  ] as const
  return types.filter(({ isWanted }) => isWanted).map(({ type }) => type)
}
