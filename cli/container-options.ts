// SPDX-License-Identifier: Apache-2.0
import { type ContainerOptions, optionKinds } from '../core/options/container-options.ts'
import type { Options, Values } from './command.ts'

const list = (describe: string) => ({ type: 'string[]', describe }) as const
const text = (describe: string) => ({ type: 'string', describe }) as const
const flag = (describe: string) => ({ type: 'boolean', describe }) as const

/** The options that `from`, `run` and `build` share. */
export const containerOptions = {
  isolation: {
    type: 'string',
    choices: ['oci', 'rootless', 'chroot'],
    describe: 'How the container is kept apart',
  },
  runtime: text('OCI runtime for --isolation oci: a name in PATH, or a path'),
  runtimeFlag: list('Flag for the OCI runtime, without its dashes'),
  pid: text('PID namespace: private, host or ns:PATH'),
  ipc: text('IPC namespace: private, host or ns:PATH'),
  uts: text('UTS namespace: private, host or ns:PATH'),
  cgroupns: text('Cgroup namespace: private or host'),
  userns: text('User namespace: private, host or ns:PATH'),
  usernsUidMap: list('CONTAINER:HOST:SIZE: user ids to map'),
  usernsGidMap: list('CONTAINER:HOST:SIZE: group ids to map'),
  usernsUidMapUser: text('Map the user ids that /etc/subuid gives this user'),
  usernsGidMapGroup: text('Map the group ids that /etc/subgid gives this group'),
  network: {
    type: 'string[]',
    alias: ['net'],
    describe: 'Network: none, host, private, ns:PATH, slirp4netns, pasta, or one by its name',
    suggest: ['none', 'host', 'private', 'slirp4netns', 'pasta'],
  },
  addHost: list('NAME:ADDRESS to add to /etc/hosts; host-gateway stands for the host'),
  dns: list('Name server for /etc/resolv.conf; none keeps the file of the image'),
  dnsSearch: list('Search domain for /etc/resolv.conf; "." for none'),
  dnsOption: list('Option for /etc/resolv.conf'),
  noHosts: flag('Leave /etc/hosts as the image has it'),
  noHostname: flag('Leave /etc/hostname as the image has it'),
  volume: {
    type: 'string[]',
    alias: ['v'],
    describe: 'SOURCE:DESTINATION[:OPTIONS]: show a path of the host in the container',
  },
  defaultMountsFile: text('File of what every container gets, instead of mounts.conf'),
  device: list('PATH[:PATH][:rwm]: give the container a device of the host'),
  shmSize: text('Size of /dev/shm, like 64m'),
  capAdd: list('Capability to add to the default set; "all" for every one'),
  capDrop: list('Capability to take away; "all" for every one'),
  securityOpt: list('no-new-privileges, seccomp=…, mask=…, unmask=…, apparmor=… or label=…'),
  ulimit: list('NAME=SOFT[:HARD]: a limit of the processes'),
  groupAdd: list('Group to add; keep-groups for those that you have'),
  httpProxy: flag('Hand on the proxy variables of the host; on by default'),
  memory: { type: 'string', alias: ['m'], describe: 'Limit of memory, like 512m' },
  memorySwap: text('Limit of memory and swap; -1 for no limit of swap'),
  cpuPeriod: text('CPU period in microseconds'),
  cpuQuota: text('CPU time in each period, in microseconds'),
  cpuShares: { type: 'string', alias: ['c'], describe: 'Relative weight of CPU time' },
  cpusetCpus: text('CPUs to run on, like 0-2,4'),
  cpusetMems: text('Memory nodes to use'),
  pidsLimit: text('Limit of processes; -1 for none'),
  cgroupParent: text('Cgroup that the container gets its own below'),
  hooksDir: list('Directory of OCI hooks'),
} as const satisfies Options

/** Of the values of a command line, those that are options of containers. */
export const givenOptions = (values: Values): ContainerOptions =>
  Object.fromEntries(
    Object.entries(values).filter(
      ([name, value]) =>
        name in optionKinds && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  )
