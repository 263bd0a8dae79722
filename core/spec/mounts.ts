// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { Mount } from './schema.ts'

/** A file that we write for one run and show in the container. */
export interface GeneratedFile {
  /** Absolute, in the container. */
  readonly destination: string
  /** Absolute, on the host. */
  readonly source: string
}

/** What is mounted beside what every container has. */
export interface ExtraMounts {
  /** Of `--volume`. */
  readonly volumes: readonly Mount[]
  /** The VOLUMEs of the image. */
  readonly builtIn: readonly Mount[]
  /** Of `--mount`. */
  readonly mounts: readonly Mount[]
  /** Of mounts.conf. */
  readonly subscriptions: readonly Mount[]
}

export const noExtraMounts: ExtraMounts = {
  volumes: [],
  builtIn: [],
  mounts: [],
  subscriptions: [],
}

export interface MountRequest extends ExtraMounts {
  /** Whether gid 5 (tty) exists in the container's user namespace. */
  readonly gid5Mapped: boolean
  /** Of a /dev/shm of its own, 0 for no limit; undefined: 64 MiB. */
  readonly shmSizeBytes: number | undefined
  /** Of /proc, beside the usual ones. */
  readonly procOptions: readonly string[]
  /** Whether the container may mount sysfs: its user namespace owns the network namespace. */
  readonly sysfsAllowed: boolean
  /** Whether it may mount procfs: the same of the pid namespace. */
  readonly procAllowed: boolean
  /** Whether it may mount mqueue: the same of the ipc namespace. */
  readonly mqueueAllowed: boolean
  readonly generatedFiles: readonly GeneratedFile[]
}

const inert = ['nosuid', 'noexec', 'nodev']

/**
 * The mounts of a container, in the order to be made: of several for one destination the first
 * counts, volumes before all else, and none hides another one below it.
 *
 * @see buildah(1); podman orders them the same way
 */
export function containerMounts(request: MountRequest): Mount[] {
  const { volumes, builtIn, mounts, subscriptions, generatedFiles } = request
  const files = generatedFiles.map(generatedFile)
  const all = [volumes, builtIn, mounts, subscriptions, files, ownMounts(request)].flat()
  const first = new Map<string, Mount>()
  for (const mount of all) if (!first.has(mount.destination)) first.set(mount.destination, mount)
  return [...first.values()].sort((a, b) => depth(a) - depth(b))
}

const depth = ({ destination }: Mount): number =>
  destination.split('/').filter((part) => part !== '').length

/**
 * What every container has. The nodes in /dev are the runtime's business, and /sys/fs/cgroup is
 * left out: without a cgroup of the container's own it would show the caller's.
 *
 * @see OCI runtime-spec, config-linux.md, "Default Filesystems" and "Default Devices"
 */
function ownMounts(request: MountRequest): Mount[] {
  return [
    proc(request),
    {
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'strictatime', 'mode=755', 'size=65536k'],
    },
    devpts(request),
    ...ipc(request),
    sys(request),
  ]
}

// The caller's processes are all there: its /proc, with what is mounted below it (as for /sys).
function proc({ procAllowed, procOptions }: MountRequest): Mount {
  if (procAllowed) {
    const options = [...inert, ...procOptions]
    return { destination: '/proc', type: 'proc', source: 'proc', options }
  }
  if (procOptions.length > 0)
    throw new TsbuildError('USAGE', 'option "--security-opt proc-opts" is for a new /proc', {
      hint: 'give the container a PID namespace of its own, or leave the option out',
    })
  const options = ['rbind', ...inert, 'rslave']
  return { destination: '/proc', type: 'bind', source: '/proc', options }
}

// What is shared by way of files is shared as well where the namespace is the caller's.
function ipc({ mqueueAllowed, shmSizeBytes }: MountRequest): Mount[] {
  if (mqueueAllowed) {
    const options = [...inert, 'mode=1777', `size=${shmSizeBytes ?? '65536k'}`]
    return [
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options },
      { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: inert },
    ]
  }
  return ['/dev/shm', '/dev/mqueue'].map((path) => ({
    destination: path,
    type: 'bind',
    source: path,
    options: ['rbind', ...inert, 'rslave'],
  }))
}

// The kernel answers EINVAL to an id that is not mapped; terminals then belong to the group of
// whoever opens them, and only `write` and `mesg` notice.
function devpts({ gid5Mapped }: MountRequest): Mount {
  const options = ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620']
  if (gid5Mapped) options.push('gid=5')
  return { destination: '/dev/pts', type: 'devpts', source: 'devpts', options }
}

// A new sysfs shows the network devices of the mounter's namespace, so the kernel asks for rights
// over that. Otherwise the caller's /sys is shown: with everything mounted below it, since leaving
// out what may hide something is refused (mount_namespaces(7), "Restrictions"), hence read-only to
// the bottom (rro; ro for runtimes that do not know it).
function sys({ sysfsAllowed }: MountRequest): Mount {
  if (sysfsAllowed) {
    return { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...inert, 'ro'] }
  }
  const options = ['rbind', ...inert, 'ro', 'rro', 'rslave']
  return { destination: '/sys', type: 'bind', source: '/sys', options }
}

// Writable: package scripts edit these files, and what they write ends with the run.
function generatedFile({ destination, source }: GeneratedFile): Mount {
  return { destination, type: 'bind', source, options: ['bind', 'rprivate', ...inert] }
}
