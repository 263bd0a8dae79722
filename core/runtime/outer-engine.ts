// SPDX-License-Identifier: Apache-2.0

/** An option of the engine that started the container around us, as podman and docker spell it. */
export interface OuterOption {
  readonly podman: string
  readonly docker: string
}

const both = (option: string): OuterOption => ({ podman: option, docker: option })

/** What gives back to us what container engines take away by default. */
export const outerOptions = {
  /** Nothing below /proc is masked: the kernel then allows a new one (mount_namespaces(7)). */
  unmask: {
    podman: '--security-opt unmask=ALL',
    docker: '--security-opt systempaths=unconfined',
  },
  seccomp: both('--security-opt seccomp=unconfined'),
  apparmor: both('--security-opt apparmor=unconfined'),
  tun: both('--device /dev/net/tun'),
  nodes: both('--cap-add MKNOD'),
  mapping: both('--cap-add SETUID,SETGID,SETFCAP'),
} as const satisfies Record<string, OuterOption>

/** @returns `--a --b`, or `--a --b (docker: --a --c)` where they differ */
export function printOuter(options: readonly OuterOption[]): string {
  const podman = [...new Set(options.map((one) => one.podman))].join(' ')
  const docker = [...new Set(options.map((one) => one.docker))].join(' ')
  return podman === docker ? podman : `${podman} (docker: ${docker})`
}
