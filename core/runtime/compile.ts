// SPDX-License-Identifier: Apache-2.0
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import { TsbuildError } from '../lib/errors.ts'
import { capabilityMask } from '../spec/capabilities.ts'
import { KEEP_GROUPS } from '../spec/generate.ts'
import { isOwn } from '../spec/namespaces.ts'
import { programCandidates } from '../spec/program.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import { makesListener } from '../spec/seccomp/flags.ts'
import { sysctlPath } from '../spec/sysctls.ts'
import { deviceOp, deviceOps } from './devices.ts'
import { RLIMIT } from './kernel.ts'
import { mountOps, type VolumeFacts } from './mount-ops.ts'

/** What the spec does not say. */
export interface CompileFacts {
  /** The host's root makes devices; in a user namespace they are bound. */
  readonly mayMakeNodes: boolean
  /** /dev is the host's. */
  readonly sharesDev: boolean
  /** setgroups(2) was denied for good: the groups stay as they are. */
  readonly setgroupsDenied: boolean
  /** Without a pid namespace below the guard: init ends when the guard does. */
  readonly guardEnds: boolean
  /** The spec's seccomp profile as a program; undefined without one. */
  readonly seccomp: { readonly flags: number; readonly program: Uint8Array } | undefined
  readonly volumes: VolumeFacts
  /** Those of the spec that init runs. */
  readonly hooks?: HookOps | undefined
}

interface HookOps {
  readonly createContainer: readonly Op[]
  readonly startContainer: readonly Op[]
}

const SIGKILL = 9

type Process = NonNullable<RuntimeSpec['process']>

/**
 * What init does between the root file system being mounted and the program running. The order
 * is the point; the reasons stand beside the lines.
 *
 * @param spec whose namespaces and root were dealt with before
 * @throws TsbuildError SPEC_INVALID without a process
 */
export function compileSpec(spec: RuntimeSpec, facts: CompileFacts): Op[] {
  const { linux = {}, process } = spec
  if (process === undefined)
    throw new TsbuildError('SPEC_INVALID', 'cannot start a container: its spec has no process')
  return [
    ...(isOwn(linux.namespaces ?? [], 'network') ? ([['link-up', 'lo']] satisfies Op[]) : []),
    ...(spec.hostname ? ([['hostname', spec.hostname]] satisfies Op[]) : []),
    ...(spec.domainname ? ([['domainname', spec.domainname]] satisfies Op[]) : []),
    ...mountOps(spec, facts.volumes),
    ...sysctlOps(linux), // after /proc, and before it is read-only
    // After the mounts: /dev is one of them. Its own mode counts for a default device, too.
    ...(facts.sharesDev
      ? []
      : [...(linux.devices ?? []).map((device) => deviceOp(device, facts)), ...deviceOps(facts)]),
    ...consoleOps(process),
    ['workdir', process.cwd, 0o755, process.user?.uid ?? 0, process.user?.gid ?? 0],
    ...(facts.hooks?.createContainer ?? []), // their programs are the host's
    ['pivot'],
    ...(spec.root.readonly ? ([['rootfs-readonly']] satisfies Op[]) : []),
    ...(linux.readonlyPaths ?? []).map((path): Op => ['readonly', path]),
    ...(linux.maskedPaths ?? []).map((path): Op => ['mask', path]), // last: they hide from us too
    ...processOps(process, { ...facts, keepsGroups: spec.annotations?.[KEEP_GROUPS] === '1' }),
  ]
}

/** From a process that stands in the root file system to the program. */
export const processOps = (
  process: Process,
  facts: Pick<CompileFacts, 'setgroupsDenied' | 'guardEnds' | 'seccomp' | 'hooks'> & {
    /** The groups of the caller stay as they are. */
    readonly keepsGroups?: boolean
  },
): Op[] => [...identityOps(process, facts), ...programOps(process, facts)]

type ProcessFacts = Parameters<typeof processOps>[1]

const sysctlOps = ({ sysctl = {}, namespaces = [] }: NonNullable<RuntimeSpec['linux']>): Op[] =>
  Object.entries(sysctl).map(([name, value]) => ['sysctl', sysctlPath(name, namespaces), value])

/** The terminal comes from the container's own devpts, so before the pivot hides nothing of it. */
function consoleOps({ terminal, consoleSize }: Process): Op[] {
  if (!terminal) return []
  return [['console', consoleSize?.height ?? 0, consoleSize?.width ?? 0]]
}

/** From root of the namespace to the user of the spec; capabilities(7) dictates the order. */
function identityOps(process: Process, facts: ProcessFacts): Op[] {
  const { user, capabilities = {}, rlimits = [], noNewPrivileges, apparmorProfile } = process
  const mask = (names: readonly string[] | undefined) => capabilityMask(names ?? [])
  const { uid = 0, gid = 0, additionalGids = [], umask = 0o022 } = user ?? {}
  return [
    ...rlimits.map(({ type, soft, hard }): Op => ['rlimit', RLIMIT[type] ?? -1, soft, hard]),
    ['own-stdio', uid, gid],
    ['umask', umask],
    ['chdir', process.cwd], // as root: the directory may be closed to others on the way
    ['bounding', mask(capabilities.bounding)], // needs CAP_SETPCAP
    ['keep-caps'],
    ...(apparmorProfile ? ([['apparmor', apparmorProfile]] satisfies Op[]) : []),
    ...(gateIsEarly(process, facts) ? ([['gate']] satisfies Op[]) : []),
    ...(noNewPrivileges ? [] : seccompOps(facts)), // needs CAP_SYS_ADMIN
    ...(facts.keepsGroups ? [] : groupOps(additionalGids, facts)),
    ['setid', uid, gid],
    [
      'capabilities',
      mask(capabilities.effective),
      mask(capabilities.permitted),
      mask(capabilities.inheritable),
    ],
    ['ambient', mask(capabilities.ambient)],
    ...(facts.guardEnds ? ([['death-signal', SIGKILL]] satisfies Op[]) : []), // ids clear it
  ]
}

const groupOps = (gids: readonly number[], { setgroupsDenied }: ProcessFacts): Op[] =>
  setgroupsDenied ? [] : [['groups', packList(gids.map(String))]]

function seccompOps({ seccomp }: ProcessFacts): Op[] {
  if (seccomp === undefined) return []
  const name = makesListener(seccomp) ? 'seccomp-notify' : 'seccomp'
  return [[name, seccomp.flags, seccomp.program]]
}

/** Nobody is asked about calls before the start: what waits at the gate may be what answers. */
const gateIsEarly = ({ noNewPrivileges }: Process, { seccomp }: ProcessFacts) =>
  !noNewPrivileges && seccomp !== undefined && makesListener(seccomp)

function programOps(process: Process, facts: ProcessFacts): Op[] {
  const { args = [], env = [], cwd, noNewPrivileges } = process
  const [program = ''] = args
  const path = env.find((entry) => entry.startsWith('PATH='))?.slice('PATH='.length) ?? ''
  const candidates = programCandidates({ program, path, cwd })
  return [
    ...(noNewPrivileges ? ([['no-new-privs']] satisfies Op[]) : []),
    ...(gateIsEarly(process, facts) ? [] : ([['gate']] satisfies Op[])),
    ...(facts.hooks?.startContainer ?? []), // part of the start, as the container's user
    ...(noNewPrivileges ? seccompOps(facts) : []), // as late as can be: fewest calls after it
    ['exec', packList(candidates), packList(args), packList(env)],
  ]
}
