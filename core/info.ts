// SPDX-License-Identifier: Apache-2.0
import { arch, release } from 'node:os'
import type { Context } from './context.ts'
import { findProgram } from './lib/exec.ts'
import { version } from './version.ts'

const rungNames = [
  'none',
  'root with CAP_SYS_ADMIN',
  'identity map',
  'subordinate ids',
  'single id',
] as const

/** What this host lets us do, and with what. */
export function info({ paths, rights, env }: Context) {
  const slirp4netns = findProgram('slirp4netns', env['PATH'])
  return {
    host: {
      kernel: release(),
      arch: arch(),
      node: process.versions.node,
      uid: rights.hostUid,
      gid: rights.hostGid,
    },
    rights: {
      rung: rights.rung,
      name: rungNames[rights.rung],
      uidMap: rights.uidMap,
      gidMap: rights.gidMap,
      tried: rights.tried,
    },
    network: { default: 'slirp4netns', slirp4netns: slirp4netns ?? null },
    store: paths,
    version,
  }
}
