// SPDX-License-Identifier: Apache-2.0

/** Bumped with every change of an op's or message's arity or meaning; ops.h holds the same. */
export const PROTOCOL = 'tsbuild-shim/2'

/**
 * What init performs, strictly in order. Field order here is argument order in C, and each op's
 * comment there says what it does. Paths named `path` or `target` are the container's, resolved
 * inside its root; `source` and `cwd` are the host's. Lists are packed (fields.ts, packList).
 */
export type Op =
  | readonly ['unshare', cloneFlags: number]
  | readonly ['hostname', name: string]
  | readonly ['domainname', name: string]
  | readonly ['link-up', name: string]
  | readonly ['propagation', hostPath: string, mountFlags: number]
  | readonly [
      'rootfs-mount',
      cwd: string,
      source: string,
      hostTarget: string,
      type: string,
      mountFlags: number,
      data: string,
    ]
  | readonly ['rootfs-bind', source: string, hostTarget: string]
  | readonly [
      'rootfs-mapped',
      cwd: string,
      source: string,
      hostTarget: string,
      type: string,
      mountFlags: number,
      data: string,
      mapped: 0 | 1,
    ]
  | readonly ['host-sources']
  | readonly ['rootfs-readonly']
  | readonly ['pivot']
  | readonly ['rootfs-open', hostPath: string]
  | readonly ['chroot']
  | readonly [
      'mount',
      target: string,
      type: string,
      source: string,
      attributes: number,
      options: string,
    ]
  | readonly [
      'bind',
      source: string,
      target: string,
      recursive: 0 | 1,
      attributes: number,
      propagation: number,
      allAttributes: number,
      allPropagation: number,
    ]
  | readonly ['mask', path: string]
  | readonly ['readonly', path: string]
  | readonly ['mount-points', hostFile: string]
  | readonly [
      'overlay',
      target: string,
      lower: string,
      upper: string,
      work: string,
      attributes: number,
      options: string,
    ]
  | readonly [
      'tmpfs-copy',
      target: string,
      source: string,
      attributes: number,
      options: string,
      withTop: 0 | 1,
    ]
  | readonly ['own-tree', source: string, uid: number, gid: number]
  | readonly ['mkdir', path: string, mode: number]
  | readonly ['workdir', path: string, mode: number, uid: number, gid: number]
  | readonly ['symlink', linkTarget: string, path: string]
  | readonly [
      'mknod',
      path: string,
      type: number,
      mode: number,
      major: number,
      minor: number,
      uid: number,
      gid: number,
    ]
  | readonly [
      'bind-device',
      source: string,
      path: string,
      type: number,
      major: number,
      minor: number,
    ]
  | readonly ['console', rows: number, columns: number]
  | readonly ['read-file', path: string, bytesMax: number]
  | readonly ['groups', gids: Uint8Array]
  | readonly ['setid', uid: number, gid: number]
  | readonly ['bounding', mask: bigint]
  | readonly ['keep-caps']
  | readonly ['capabilities', effective: bigint, permitted: bigint, inheritable: bigint]
  | readonly ['ambient', mask: bigint]
  | readonly ['apparmor', profile: string]
  | readonly ['no-new-privs']
  | readonly ['seccomp', flags: number, program: Uint8Array]
  | readonly ['seccomp-notify', flags: number, program: Uint8Array]
  | readonly ['rlimit', resource: number, soft: number | bigint, hard: number | bigint]
  | readonly ['umask', mask: number]
  | readonly ['sysctl', path: string, value: string]
  | readonly ['death-signal', signo: number]
  | readonly ['session']
  | readonly ['keyring', name: string]
  | readonly ['own-stdio', uid: number, gid: number]
  | readonly ['chdir', path: string]
  | readonly [
      'hook',
      name: string,
      program: string,
      argv: Uint8Array,
      env: Uint8Array,
      input: Uint8Array,
      timeoutMs: number,
    ]
  | readonly ['gate']
  | readonly ['exec', candidates: Uint8Array, argv: Uint8Array, env: Uint8Array]

export type OpName = Op[0]

/** The number of arguments of each op, as `tsbuild-shim --ops` prints them. */
export const opArity: { readonly [Name in OpName]: number } = {
  unshare: 1,
  hostname: 1,
  domainname: 1,
  'link-up': 1,
  propagation: 2,
  'rootfs-mount': 6,
  'rootfs-bind': 2,
  'rootfs-mapped': 7,
  'host-sources': 0,
  'rootfs-readonly': 0,
  pivot: 0,
  'rootfs-open': 1,
  chroot: 0,
  mount: 5,
  bind: 7,
  mask: 1,
  readonly: 1,
  'mount-points': 1,
  overlay: 6,
  'tmpfs-copy': 5,
  'own-tree': 3,
  mkdir: 2,
  workdir: 4,
  symlink: 2,
  mknod: 7,
  'bind-device': 5,
  console: 2,
  'read-file': 2,
  groups: 1,
  setid: 2,
  bounding: 1,
  'keep-caps': 0,
  capabilities: 3,
  ambient: 1,
  apparmor: 1,
  'no-new-privs': 0,
  seccomp: 2,
  'seccomp-notify': 2,
  rlimit: 3,
  umask: 1,
  sysctl: 2,
  'death-signal': 1,
  session: 0,
  keyring: 1,
  'own-stdio': 2,
  chdir: 1,
  hook: 6,
  gate: 0,
  exec: 3,
}
