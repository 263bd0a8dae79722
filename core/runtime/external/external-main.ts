// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync, readFileSync } from 'node:fs'
import type { ContainerMonitor } from '../../../native-shim/container-monitor.ts'
import { O_PATH, syscalls } from '../../../native-shim/syscalls.ts'
import type { Context } from '../../context.ts'
import { accountFiles } from '../../copy/owner.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { mountRootfs } from '../../snapshot/mount.ts'
import { isOwn } from '../../spec/namespaces.ts'
import type { RuntimeSpec } from '../../spec/schema.ts'
import type { AccountFiles } from '../../spec/user.ts'
import { runtimeCgroup } from '../../store/runtime-cgroups.ts'
import { CLONE } from '../kernel.ts'
import type { VolumeFacts } from '../mount-ops.ts'
import { isHostRoot } from '../namespaces.ts'
import type { RunPlan } from '../run-plan.ts'
import { externalSpec, writeBundle } from './bundle.ts'
import { bundlePaths } from './commands.ts'
import { findRuntime } from './find.ts'
import { hideHybridControllers } from './hybrid-cgroups.ts'
import { weakMounts } from './mount-check.ts'
import { makeMountPoints } from './mount-points.ts'
import { giveAway } from './own-tree.ts'
import { type RuntimeSession, runtimeSession } from './session.ts'
import { checkCreated, parsePid } from './state.ts'

/** What the rest of the engine does for an external runtime as for our own. */
export interface ExternalRequest {
  readonly plan: RunPlan
  readonly volumes: VolumeFacts
  /** For the files of this container, on a file system that goes with this command. */
  readonly folder: string
  specOf(accounts: AccountFiles): Promise<RuntimeSpec>
  /** What comes when it is made, and before the program starts. @param pid of init on the host */
  connect(pid: number): Promise<void>
}

/** A container whose spec is complete; nothing of it runs yet. */
export interface ExternalContainer {
  readonly spec: RuntimeSpec
  /** Makes it and starts its program; returns when that runs. */
  start(): Promise<void>
}

/**
 * Mounts the root file system, and makes the spec of what an external runtime is to run in it.
 *
 * @throws TsbuildError of the spec, RUNTIME_FAILED when the runtime is not installed
 */
export async function prepareExternal(
  context: Context,
  monitor: ContainerMonitor,
  request: ExternalRequest,
): Promise<ExternalContainer> {
  const { plan } = request
  const { program: name = '', flags = [] } = plan.runtime ?? {}
  const places = plan.request.defaults?.runtimes ?? {}
  const program = findRuntime(name, { env: context.env, places })
  mountRootfs(context, plan.subject.rootfs)
  const accounts = readAccounts(plan.subject.rootfs.target)
  const ownCgroup = isHostRoot(context.rights) && !flags.some(isSystemd)
  const cgroupsPath = ownCgroup ? runtimeCgroup(context, plan.subject.id) : undefined
  const spec = externalSpec(await request.specOf(accounts), cgroupsPath)
  const folder = `${request.folder}/oci`
  const { id } = plan.subject
  const common = { program, flags, folder, id, terminal: plan.terminal }
  return {
    spec,
    start: async () => {
      writeBundle(folder, spec)
      makeMountPoints(plan.subject.rootfs.target, spec, request.volumes)
      const session = runtimeSession(context, monitor.external, common)
      await makeAndStart(context, monitor, { ...request, spec, session, folder })
    },
  }
}

/** A manager that has names of its own for cgroups, and removes those that are empty. */
const isSystemd = (flag: string) => /^--(systemd-cgroup|cgroup-manager=systemd)/.test(flag)

/** The image's accounts, whatever links lead to them inside of its root. */
function readAccounts(rootfs: string): AccountFiles {
  const rootFd = openSync(rootfs, O_PATH | constants.O_DIRECTORY)
  try {
    return accountFiles({ rootFd, sys: syscalls() })
  } finally {
    closeSync(rootFd)
  }
}

interface Making extends ExternalRequest {
  readonly spec: RuntimeSpec
  readonly session: RuntimeSession
  readonly folder: string
}

async function makeAndStart(
  context: Context,
  monitor: ContainerMonitor,
  making: Making,
): Promise<void> {
  const { plan, session, folder } = making
  const [stdin, stdout, stderr] = plan.stdio
  // Runtimes give the files that they find there to the user of the container (fchown(2)).
  const own = (mode: typeof stdin) => (mode === 'inherit' ? 'pipe' : mode)
  await monitor.external.guard({
    stdio: [own(stdin), own(stdout), own(stderr)],
    lostNotice: 'tsbuild: the guard of the container was killed, and the container with it',
    guardFlags: isOwn(plan.namespaces, 'pid') ? CLONE.pid : 0,
  })
  if (plan.terminal) await monitor.external.consoleSocket(bundlePaths(folder).consoleSocket)
  await giveAway(context, monitor.external, making)
  hideHybridControllers(context)
  await session.run('create')
  try {
    await startCreated(context, monitor, making)
  } catch (error) {
    await abandon(context, session)
    throw error
  }
  await monitor.run()
}

async function startCreated(
  context: Context,
  monitor: ContainerMonitor,
  { plan, session, folder, spec, connect }: Making,
): Promise<void> {
  const pid = parsePid(readFileSync(bundlePaths(folder).pidFile, 'utf8'))
  const hostPid = await monitor.external.adopt(pid)
  context.trace('shim', 'init', { pid: hostPid })
  checkCreated(await session.run('state'), { id: plan.subject.id, pid })
  checkMounts(context, readFileSync(`/proc/${hostPid}/mountinfo`, 'utf8'), spec)
  await connect(hostPid)
  await session.deleteAtEnd()
  await session.run('start')
}

/**
 * Nothing may be weaker than the spec and nobody know: what a spec words for old runtimes as well
 * (`ro` beside `rro`) is told, what somebody asked for is an error.
 */
function checkMounts(context: Context, mountinfo: string, { mounts = [] }: RuntimeSpec): void {
  for (const { destination, words, onlyBelow } of weakMounts(mountinfo, mounts)) {
    const message = `the OCI runtime does not know ${words.join(', ')}, options of ${destination}`
    const options = mounts.find((mount) => mount.destination === destination)?.options ?? []
    const isWorded = words.every((word) => options.includes(word.slice(1)))
    if (!onlyBelow || !isWorded)
      throw new TsbuildError('RUNTIME_FAILED', message, {
        hint: 'use a newer one, or leave out --runtime for our own engine',
      })
    context.warn(`${message}: they do not hold for what is mounted below it`)
  }
}

/** What goes wrong now says less than what went wrong before. */
async function abandon({ trace }: Context, session: RuntimeSession): Promise<void> {
  for (const verb of ['kill', 'delete'] as const) {
    try {
      await session.run(verb)
    } catch (error) {
      trace('exec', 'abandon', { verb, error: String(error) })
    }
  }
}
