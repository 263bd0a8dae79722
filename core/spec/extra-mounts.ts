// SPDX-License-Identifier: Apache-2.0
import type { AskedMount } from '../options/asked-mount.ts'
import type { AskedMounts } from '../options/asked-mounts.ts'
import type { ExtraMounts } from './mounts.ts'
import type { Mount } from './schema.ts'

/** What the host has ready for the mounts of a run. */
export interface HostMounts {
  /** Where an overlay writes to, by its destination. */
  readonly overlays: ReadonlyMap<string, { readonly upper: string; readonly work: string }>
  /** Whether overlay keeps its marks in user attributes: without the host's root it has to. */
  readonly userXattr: boolean
  /** By their destinations, paths of the host. */
  readonly builtIn: Readonly<Record<string, string>>
  readonly subscriptions: Readonly<Record<string, string>>
}

/** The mounts of a run beside those that every container has, as a spec tells of them. */
export function extraMounts(
  asked: AskedMounts,
  host: HostMounts,
  user: { readonly uid: number; readonly gid: number },
): ExtraMounts {
  const mountOf = (mount: AskedMount) => specMount(mount, host, user)
  const bound = (all: Readonly<Record<string, string>>, options: readonly string[]) =>
    Object.entries(all).map(([destination, source]) => ({
      ...{ destination, type: 'bind', source, options: [...options] },
    }))
  return {
    volumes: asked.volumes.map(mountOf),
    builtIn: bound(host.builtIn, ['bind']),
    mounts: asked.mounts.map(mountOf),
    subscriptions: bound(host.subscriptions, ['bind', 'rprivate']),
  }
}

function specMount(
  mount: AskedMount,
  { overlays, userXattr }: HostMounts,
  user: { readonly uid: number; readonly gid: number },
): Mount {
  const { kind, destination, flags, isOwned } = mount
  switch (kind) {
    case 'bind':
      return { destination, type: 'bind', source: mount.source, options: [...flags] }
    case 'tmpfs': {
      const owner = isOwned ? [`uid=${user.uid}`, `gid=${user.gid}`] : []
      return { destination, type: 'tmpfs', source: 'tmpfs', options: [...flags, ...owner] }
    }
    case 'overlay': {
      const written = overlays.get(destination)
      if (written === undefined) throw new TypeError(`${destination} has nothing to write to`)
      const folders = { lowerdir: mount.source, upperdir: written.upper, workdir: written.work }
      const words = Object.entries(folders).map(([name, path]) => `${name}=${escaped(path)}`)
      const options = [...words, ...flags, ...(userXattr ? ['userxattr'] : [])]
      return { destination, type: 'overlay', source: 'overlay', options }
    }
  }
}

/** As mount(8) wants it: a list of directories has colons, one of options commas. */
const escaped = (path: string) => path.replaceAll(/[\\:,]/g, '\\$&')
