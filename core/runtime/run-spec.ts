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
import type { RunPlan, RunRequest } from './run-plan.ts'

/**
 * The spec of a run, now that the image's accounts can be read.
 *
 * @throws TsbuildError USER_UNKNOWN or USER_UNMAPPED
 */
export function specOf(
  context: Context,
  request: RunRequest,
  plan: RunPlan,
  found: AccountFiles & {
    readonly rootfs: string
    readonly generatedFiles: readonly GeneratedFile[]
    readonly seccomp: LinuxSeccomp | undefined
  },
): RuntimeSpec {
  const { config } = plan.record
  const { rights } = context
  const user = checkUserMapped(resolveUser(request.user ?? config.User ?? '', found), rights)
  const { args, hostname, terminal, idMaps, capabilities } = plan
  return generateSpec({
    args,
    env: containerEnvironment({
      image: config.Env ?? [],
      overrides: request.env,
      host: context.env,
      proxies: true,
      home: user.home,
      hostname,
      terminal,
    }),
    cwd: request.workingdir ?? config.WorkingDir ?? '/',
    user,
    terminal,
    consoleSize: undefined,
    hostname,
    rootfs: found.rootfs,
    readonlyRootfs: false,
    idMaps,
    network: request.network,
    cgroupNamespace: hasCgroupNamespaces(),
    capabilities,
    noNewPrivileges: request.noNewPrivileges,
    seccomp: found.seccomp,
    rlimits: defaultRlimits(hardLimits()),
    generatedFiles: found.generatedFiles,
    gid5Mapped: isMapped(5, rights.gidMap),
    thermalCpus: thermalCpus(),
    annotations: {},
  })
}
