// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { withUlimits } from '../options/ulimit.ts'
import { deviceParts } from '../spec/devices.ts'
import { containerEnvironment } from '../spec/environment.ts'
import { extraMounts, type HostMounts } from '../spec/extra-mounts.ts'
import { generateSpec } from '../spec/generate.ts'
import { withGroups } from '../spec/groups.ts'
import { containerRights, isMapped } from '../spec/id-maps.ts'
import { type GeneratedFile, noExtraMounts } from '../spec/mounts.ts'
import { protectedPaths } from '../spec/protected-paths.ts'
import { defaultRlimits } from '../spec/rlimits.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import type { LinuxSeccomp } from '../spec/seccomp/types.ts'
import { type AccountFiles, checkUserMapped, resolveUser } from '../spec/user.ts'
import { hardLimits, thermalCpus } from './host.ts'
import { isHostRoot } from './namespaces.ts'
import type { RunPlan } from './run-plan.ts'

/**
 * The spec of a run, now that the image's accounts can be read.
 *
 * @throws TsbuildError USER_UNKNOWN or USER_UNMAPPED
 */
export function specOf(
  context: Context,
  plan: RunPlan,
  found: AccountFiles & {
    readonly generatedFiles: readonly GeneratedFile[]
    readonly hostMounts: HostMounts | undefined
    readonly seccomp: LinuxSeccomp | undefined
  },
): RuntimeSpec {
  const { rights } = context
  const { request, subject, args, hostname, terminal, idMaps, process } = plan
  const { config, rootfs } = subject
  const { groups } = process
  const ids = containerRights(rights, idMaps)
  const account = checkUserMapped(resolveUser(request.user ?? config.User ?? '', found), ids)
  return generateSpec({
    args,
    env: containerEnvironment({
      image: config.Env ?? [],
      overrides: request.env,
      host: context.env,
      proxies: process.proxies,
      home: account.home,
      hostname,
      terminal,
    }),
    cwd: request.workingdir ?? config.WorkingDir ?? '/',
    user: withGroups(account, groups, found, ids),
    keepGroups: groups.keep,
    terminal,
    consoleSize: plan.terminalSize,
    hostname,
    rootfs: rootfs.target,
    readonlyRootfs: false,
    idMaps,
    network: plan.network.kind,
    isolation: plan.isolation,
    namespaces: plan.namespaces,
    ...processChoices(plan, rights),
    seccomp: found.seccomp,
    generatedFiles: found.generatedFiles,
    extraMounts:
      found.hostMounts === undefined
        ? noExtraMounts
        : extraMounts(plan.asked, found.hostMounts, account),
    gid5Mapped: isMapped(5, ids.gidMap),
    annotations: request.defaults.annotations ?? {},
  })
}

/** What the options of the process came to, in the words of a spec. */
function processChoices(
  { process, idMaps, subject, isolation }: RunPlan,
  rights: Context['rights'],
) {
  const sharesDev = isolation === 'chroot'
  const mayMakeNodes = isHostRoot(rights) && idMaps === undefined && !sharesDev
  const { capabilities, security, rlimits, devices, shmSizeBytes, limits } = process
  return {
    capabilities,
    noNewPrivileges: security.noNewPrivileges,
    apparmorProfile: process.apparmorProfile,
    umask: process.umask,
    rlimits: withUlimits(defaultRlimits(hardLimits()), rlimits),
    ...deviceParts(devices, { mayMakeNodes, sharesDev }),
    resources: limits.resources,
    cgroupsPath: limits.cgroupParent && `${limits.cgroupParent}/tsbuild-${subject.id}`,
    shmSizeBytes,
    procOptions: security.procOptions,
    protectedPaths: protectedPaths(thermalCpus(), security),
  }
}
