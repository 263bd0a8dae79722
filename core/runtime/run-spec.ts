// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { containerEnvironment } from '../spec/environment.ts'
import { generateSpec } from '../spec/generate.ts'
import { isMapped } from '../spec/id-maps.ts'
import type { GeneratedFile } from '../spec/mounts.ts'
import { defaultRlimits } from '../spec/rlimits.ts'
import type { RuntimeSpec } from '../spec/schema.ts'
import type { LinuxSeccomp } from '../spec/seccomp/types.ts'
import { type AccountFiles, checkUserMapped, resolveUser } from '../spec/user.ts'
import { hardLimits, hasCgroupNamespaces, thermalCpus } from './host.ts'
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
    readonly seccomp: LinuxSeccomp | undefined
  },
): RuntimeSpec {
  const { rights } = context
  const { request, subject, args, hostname, terminal, idMaps, capabilities } = plan
  const { config, rootfs } = subject
  const user = checkUserMapped(resolveUser(request.user ?? config.User ?? '', found), rights)
  return generateSpec({
    args,
    env: containerEnvironment({
      image: config.Env ?? [],
      overrides: request.env,
      host: context.env,
      proxies: plan.proxies,
      home: user.home,
      hostname,
      terminal,
    }),
    cwd: request.workingdir ?? config.WorkingDir ?? '/',
    user,
    terminal,
    consoleSize: undefined,
    hostname,
    rootfs: rootfs.target,
    readonlyRootfs: false,
    idMaps,
    network: plan.network.kind,
    cgroupNamespace: hasCgroupNamespaces(),
    capabilities,
    noNewPrivileges: plan.security.noNewPrivileges,
    seccomp: found.seccomp,
    rlimits: defaultRlimits(hardLimits()),
    generatedFiles: found.generatedFiles,
    gid5Mapped: isMapped(5, rights.gidMap),
    thermalCpus: thermalCpus(),
    annotations: {},
  })
}
