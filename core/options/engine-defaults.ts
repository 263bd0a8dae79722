// SPDX-License-Identifier: Apache-2.0

/**
 * What the containers.conf files of a machine say beside options: values that no option has.
 * Absent is "not said".
 */
export interface EngineDefaults {
  /** Instead of our default set; names with or without CAP_. */
  readonly capabilities?: readonly string[]
  /** NAME=VALUE. */
  readonly sysctls?: readonly string[]
  readonly annotations?: Readonly<Record<string, string>>
  readonly umask?: number
  /** Where the machine has AppArmor, and no option names another. */
  readonly apparmorProfile?: string
  /** A path of the host, `none`, or `image`; empty: /etc/hosts. */
  readonly baseHostsFile?: string
  /** An address, or `none`; empty: the host's own. */
  readonly hostContainersInternalIp?: string
  /** Places of OCI runtimes by their names, the best first. */
  readonly runtimes?: Readonly<Record<string, readonly string[]>>
  readonly cniPluginDirs?: readonly string[]
  readonly networkConfigDir?: string
  /** `slirp4netns` or `pasta`. */
  readonly rootlessNetworkCommand?: string
  readonly slirpPath?: string
  /** NAME=VALUE, as in `--network slirp4netns:…`. */
  readonly slirpOptions?: readonly string[]
  readonly pastaOptions?: readonly string[]
}
