// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import type { ContainerMonitor } from '../../../native-shim/container-monitor.ts'
import { packList } from '../../../native-shim/fields.ts'
import type { Op } from '../../../native-shim/ops.ts'
import type { Context } from '../../context.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { networkView } from '../../network/view.ts'
import { capabilityMask } from '../../spec/capabilities.ts'
import type { RuntimeSpec } from '../../spec/schema.ts'
import { processOps } from '../compile.ts'
import type { PreparedContainer, PrepareOptions } from '../container.ts'
import { writeGeneratedFiles } from '../generated-files.ts'
import { outerOptions, printOuter } from '../outer-engine.ts'
import { performOps } from '../perform.ts'
import { accountFileOps, accountFiles } from '../prepare.ts'
import type { RunPlan } from '../run-plan.ts'
import { specOf } from '../run-spec.ts'
import { nameSeccompAgent } from '../seccomp-agent.ts'
import { volumeFacts } from '../volume-facts.ts'
import { keptPath, settleLoans } from './journal.ts'
import { refuseImpossible } from './refuse.ts'

/**
 * The part of `prepareContainer` for places where neither a namespace nor a mount is to be had:
 * root's program in a chroot(2), with nothing between it and all else that runs here.
 *
 * @throws ShimError, and TsbuildError of the spec or for an option that needs a mount
 */
export async function prepareBare(
  context: Context,
  monitor: ContainerMonitor,
  asked: RunPlan,
  { filter, folder, hooks }: PrepareOptions,
): Promise<PreparedContainer> {
  refuseImpossible(asked, hooks)
  context.warn(
    'no isolation: the program shares processes, network and rights with all that runs here; ' +
      'it has no /proc, and only the seccomp filter that is around us',
  )
  const plan = barePlan(context, asked)
  const pid = await monitor.start(startRequest(plan))
  context.trace('shim', 'init', { pid })
  const mayNotSet = (context.rights.capabilities & capabilityMask(['CAP_SETGID'])) === 0n
  const setgroupsDenied = mayNotSet || plan.process.groups.keep
  const files = await performOps(context, monitor, firstOps(plan, { setgroupsDenied }))
  const spec = specOf(context, plan, {
    generatedFiles: [],
    hostMounts: undefined,
    seccomp: plan.process.security.noNewPrivileges ? filter.profile : undefined,
    passwd: files.get(accountFiles.passwd)?.toString(),
    group: files.get(accountFiles.group)?.toString(),
  })
  const volumes = volumeFacts(plan, undefined)
  return { plan, pid, spec: bareSpec(spec, plan), filter, setgroupsDenied, folder, volumes }
}

/** The rest of it: `startProgram`. What the program is lent stays until the next who comes. */
export async function startBare(
  context: Context,
  monitor: ContainerMonitor,
  container: PreparedContainer,
): Promise<void> {
  const { plan, spec, filter, setgroupsDenied } = container
  const { process } = spec
  if (process === undefined) throw new TypeError('a spec of ours has a process')
  const snapshot = snapshotOf(plan)
  const keepsGroups = plan.process.groups.keep
  const seccomp = plan.process.security.noNewPrivileges ? filter.program : undefined
  const ops: readonly Op[] = [
    // Nothing is mounted there: what a program writes to volumes of the image stays.
    ...Object.keys(plan.subject.volumes ?? {}).map((path): Op => ['mkdir', path, 0o755]),
    ['workdir', process.cwd, 0o755, process.user?.uid ?? 0, process.user?.gid ?? 0],
    ['chroot'],
    ...processOps(process, { setgroupsDenied, guardEnds: true, seccomp, keepsGroups }),
  ]
  try {
    await lendFiles(context, plan, snapshot)
    await performOps(context, monitor, ops)
    if (seccomp !== undefined) await nameSeccompAgent(context, monitor, container)
    await monitor.run()
  } catch (error) {
    await settleLoans(snapshot)
    throw error
  }
}

/** Of a root file system that is a directory. */
export const snapshotOf = ({ subject: { rootfs } }: RunPlan): string => {
  if (rootfs.kind === 'directory') return dirname(rootfs.path)
  throw new TsbuildError(
    'RUNTIME_FAILED',
    'cannot mount the root file system: no mount is allowed',
    {
      hint: 'the store was made with more rights: take another one (--root DIRECTORY)',
    },
  )
}

/** Only root's rights as far as we have them; the rest is that of whoever started us. */
function barePlan({ rights }: Context, plan: RunPlan): RunPlan {
  snapshotOf(plan)
  const isHeld = (name: string) => (capabilityMask([name]) & rights.capabilities) !== 0n
  return {
    ...plan,
    hostname: hostname(),
    network: { kind: 'host' },
    namespaces: [],
    idMaps: undefined,
    process: { ...plan.process, capabilities: plan.process.capabilities.filter(isHeld) },
    terminal: false,
  }
}

const startRequest = ({ stdio }: RunPlan) => ({
  ...{ cloneFlags: 0, guardFlags: 0, joins: [], uidMap: '', gidMap: '' },
  ...({ setgroups: 'allow', stdio } as const),
  lostNotice: 'tsbuild: the guard of the container was killed, and the container with it',
})

const firstOps = (
  { subject: { id, rootfs } }: RunPlan,
  { setgroupsDenied }: Pick<PreparedContainer, 'setgroupsDenied'>,
): readonly Op[] => [
  ['session'],
  ['keyring', `_ses.${id}`],
  ...(setgroupsDenied ? [] : ([['groups', packList([])]] satisfies Op[])),
  ['umask', 0],
  ['rootfs-open', rootfs.kind === 'directory' ? rootfs.path : rootfs.target],
  ...accountFileOps,
]

/** What is done, in the words of the runtime spec: no namespaces, no mounts. */
function bareSpec({ ociVersion, process, annotations, linux }: RuntimeSpec, plan: RunPlan) {
  const path = plan.subject.rootfs.kind === 'directory' ? plan.subject.rootfs.path : ''
  const { seccomp } = linux ?? {}
  return {
    ociVersion,
    ...(process && { process }),
    root: { path, readonly: false },
    ...(annotations && { annotations }),
    linux: { namespaces: [], ...(seccomp && { seccomp }) },
  }
}

async function lendFiles(context: Context, plan: RunPlan, snapshot: string): Promise<void> {
  const { lend, lentFiles } = await import('./loans-main.ts')
  const folder = keptPath(snapshot)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const view = networkView({ kind: 'host' }, plan.request.defaults)
  const generated = writeGeneratedFiles(context, plan, { folder, view })
  const missing = lend(snapshot, lentFiles(generated))
  const [first] = missing
  if (first === undefined) return
  const devices = missing.map(({ destination }) => destination).join(', ')
  const why =
    first.refusal === 'EPERM'
      ? `start the container around us with ${printOuter([outerOptions.nodes])} to have them`
      : `${context.paths.root} is mounted "nodev"; with another store (--root) there are some`
  context.warn(`no devices ${devices}: ${why}`)
}
