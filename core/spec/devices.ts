// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { LinuxDevice, LinuxResources, Mount } from './schema.ts'

/** A device of the host that a container gets. */
export interface HostDevice {
  /** Without links. */
  readonly hostPath: string
  /** In the container. */
  readonly path: string
  readonly type: 'b' | 'c'
  readonly major: number
  readonly minor: number
  /** Permission bits. */
  readonly mode: number
  readonly hostUid: number
  readonly hostGid: number
  /** Of `r`, `w` and `m`. */
  readonly access: string
}

export interface DeviceParts {
  readonly devices: readonly LinuxDevice[]
  readonly rules: NonNullable<LinuxResources['devices']>
  readonly mounts: readonly Mount[]
}

/**
 * The devices in the words of a spec: nodes with their rules where we may make some, otherwise the
 * host's nodes, bound. There the host's mode alone says who may use them. Outside of /dev a node
 * would stay in the layer, so the host's is bound as well.
 *
 * @throws TsbuildError USAGE for another path in a /dev that is the host's
 * @see OCI runtime-spec, config-linux.md, "Devices" and "Device whitelist"
 */
export function deviceParts(
  found: readonly HostDevice[],
  { mayMakeNodes, sharesDev = false }: { mayMakeNodes: boolean; sharesDev?: boolean },
): DeviceParts {
  const elsewhere = found.find(
    ({ hostPath, path }) => path !== hostPath && path.startsWith('/dev/'),
  )
  if (sharesDev && elsewhere !== undefined)
    throw new TsbuildError('USAGE', `option "--device": ${elsewhere.path} would be the host's`, {
      hint: 'with isolation chroot /dev is that of the host: leave the device its path',
    })
  const isMade = ({ path }: HostDevice) => mayMakeNodes && path.startsWith('/dev/')
  const bound = found.filter((device) => !isMade(device))
  return {
    devices: found.filter(isMade).map(madeDevice),
    rules: found.length > 0 && mayMakeNodes ? [noDevice, ...found.map(allowed)] : [],
    mounts: bound.map(boundDevice),
  }
}

const noDevice = { allow: false, access: 'rwm' } as const

const allowed = ({ type, major, minor, access }: HostDevice) => ({
  ...{ allow: true, type, major, minor, access },
})

const madeDevice = ({ path, type, major, minor, mode, hostUid, hostGid }: HostDevice) => ({
  ...{ path, type, major, minor, fileMode: mode, uid: hostUid, gid: hostGid },
})

const boundDevice = ({ hostPath, path }: HostDevice): Mount => ({
  destination: path,
  type: 'bind',
  source: hostPath,
  options: ['bind', 'rprivate', 'nosuid', 'noexec'],
})
