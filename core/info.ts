// SPDX-License-Identifier: Apache-2.0
import { arch, release } from 'node:os'
import { ShimError } from '../native-shim/shim-error.ts'
import type { Context, Rights } from './context.ts'
import { findProgram } from './lib/exec.ts'
import { mayChroot, namespaceUnavailable } from './runtime/namespaces.ts'
import { outerEngine, probeLimits } from './runtime/probe.ts'
import { readDriver } from './snapshot/driver.ts'
import { version } from './version.ts'

const rungNames = [
  'none',
  'root with CAP_SYS_ADMIN',
  'identity map',
  'subordinate ids',
  'single id',
] as const

/** What this host lets us do, and with what. Tries it, in a container of nothing. */
export async function info(context: Context) {
  const { paths, rights, env } = context
  const slirp4netns = findProgram('slirp4netns', env['PATH'])
  const hint = rights.rung === 0 ? namespaceUnavailable(rights).hint : undefined
  return {
    host: {
      kernel: release(),
      arch: arch(),
      node: process.versions.node,
      uid: rights.hostUid,
      gid: rights.hostGid,
      outerContainer: outerEngine(env),
    },
    rights: {
      rung: rights.rung,
      name: rungNames[rights.rung],
      runs: whatRuns(rights),
      ...(hint === undefined ? {} : { hint }),
      uidMap: rights.uidMap,
      gidMap: rights.gidMap,
      tried: rights.tried,
    },
    limits: await limitsOf(context),
    network: { default: 'slirp4netns', slirp4netns: slirp4netns ?? null },
    store: paths,
    /** As the first container found it; null before that. */
    driver: readDriver(context) ?? null,
    version,
  }
}

function whatRuns(rights: Rights): string {
  if (rights.rung > 0) return 'containers'
  return mayChroot(rights) ? 'programs without isolation (--isolation chroot)' : 'nothing'
}

async function limitsOf(context: Context) {
  const { monitor, rights } = context
  if (monitor === undefined || rights.rung === 0) return []
  try {
    return await probeLimits(context, monitor)
  } catch (error) {
    if (!(error instanceof ShimError)) throw error
    return [{ what: 'a container', reason: error.message, isReplaced: false, outerOption: null }]
  }
}
