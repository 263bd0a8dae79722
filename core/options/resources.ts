// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { LinuxResources } from '../spec/schema.ts'
import type { ContainerOptions } from './container-options.ts'
import { parseSize } from './size.ts'

/** Limits that take a cgroup of the container's own. */
export interface ResourceOptions {
  readonly resources: Pick<LinuxResources, 'memory' | 'cpu' | 'pids'>
  /** Absolute or not, as cgroupsPath of a spec; undefined: not said. */
  readonly cgroupParent: string | undefined
  /** The options that ask for something, as they are written: `--memory`. */
  readonly asked: readonly string[]
}

/**
 * What the options of resources ask for; values that mean "no limit" ask for nothing.
 *
 * @throws TsbuildError USAGE for a value that no kernel takes, or two that contradict each other
 */
export function parseResources(options: ContainerOptions): ResourceOptions {
  const memory = memoryOf(options)
  const cpu = cpuOf(options)
  const pidsLimit = pidsOf(options.pidsLimit)
  const { cgroupParent = '' } = options
  if (cgroupParent.split('/').includes('..') || cgroupParent.includes('\0'))
    throw wrong('cgroup-parent', cgroupParent, 'it is a path below /sys/fs/cgroup, without ".."')
  const asked = [
    ...(memory.limit === undefined ? [] : ['--memory']),
    ...(memory.swap === undefined ? [] : ['--memory-swap']),
    ...(cpu.period === undefined ? [] : ['--cpu-period']),
    ...(cpu.quota === undefined ? [] : ['--cpu-quota']),
    ...(cpu.shares === undefined ? [] : ['--cpu-shares']),
    ...(cpu.cpus === undefined ? [] : ['--cpuset-cpus']),
    ...(cpu.mems === undefined ? [] : ['--cpuset-mems']),
    ...(pidsLimit === undefined ? [] : ['--pids-limit']),
    ...(cgroupParent === '' ? [] : ['--cgroup-parent']),
  ]
  const resources = {
    ...(isEmpty(memory) ? {} : { memory }),
    ...(isEmpty(cpu) ? {} : { cpu }),
    ...(pidsLimit === undefined ? {} : { pids: { limit: pidsLimit } }),
  }
  return { resources, cgroupParent: cgroupParent === '' ? undefined : cgroupParent, asked }
}

const isEmpty = (part: object) => Object.keys(part).length === 0

/** As docker has it: less does not start a program. */
const MEMORY_MIN = 6 * 1024 * 1024

type Memory = { readonly limit?: number; readonly swap?: number }

/** @see OCI runtime-spec, config-linux.md, "Memory": swap is memory and swap together */
function memoryOf({ memory, memorySwap }: ContainerOptions): Memory {
  const limit = given(memory) ? parseSize('memory', memory) : 0
  if (limit !== 0 && limit < MEMORY_MIN)
    throw wrong('memory', memory ?? '', 'give at least 6m, or 0 for no limit')
  const swap = !given(memorySwap) || memorySwap === '-1' ? 0 : parseSize('memory-swap', memorySwap)
  if (swap !== 0 && limit === 0)
    throw wrong('memory-swap', memorySwap ?? '', 'give --memory as well: it is a part of this sum')
  if (swap !== 0 && swap < limit)
    throw wrong('memory-swap', memorySwap ?? '', 'it holds memory and swap: give --memory or more')
  return {
    ...(limit === 0 ? {} : { limit }),
    ...(swap === 0 ? {} : { swap }),
    ...(memorySwap === '-1' && limit !== 0 ? { swap: -1 } : {}),
  }
}

type Cpu = {
  readonly period?: number
  readonly quota?: number
  readonly shares?: number
  readonly cpus?: string
  readonly mems?: string
}

function cpuOf(options: ContainerOptions): Cpu {
  const { cpuPeriod, cpuQuota, cpuShares, cpusetCpus, cpusetMems } = options
  const period = count('cpu-period', cpuPeriod, { least: 1000, most: 1_000_000 })
  const quota = cpuQuota === '-1' ? 0 : count('cpu-quota', cpuQuota, { least: 1000, most: MAX })
  const shares = count('cpu-shares', cpuShares, { least: 2, most: 262_144 })
  return {
    ...(period === 0 ? {} : { period }),
    ...(quota === 0 ? {} : { quota }),
    ...(shares === 0 ? {} : { shares }),
    ...(given(cpusetCpus) ? { cpus: list('cpuset-cpus', cpusetCpus) } : {}),
    ...(given(cpusetMems) ? { mems: list('cpuset-mems', cpusetMems) } : {}),
  }
}

/** pid_max, proc(5). */
const PIDS_MAX = 4_194_304

function pidsOf(text: string | undefined): number | undefined {
  if (text === '-1') return undefined
  const limit = count('pids-limit', text, { least: 1, most: PIDS_MAX })
  return limit === 0 ? undefined : limit
}

const MAX = Number.MAX_SAFE_INTEGER

/** A whole number in a range; 0 is "not said". */
function count(
  option: string,
  text: string | undefined,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  if (!given(text)) return 0
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
  if (value === 0 || (value >= least && value <= most)) return value
  throw wrong(option, text, `give ${least}${most === MAX ? ' or more' : ` to ${most}`}, or 0`)
}

/** Of CPUs and memory nodes there are fewer; the kernel says of each whether it has it. */
const NUMBER_MAX = 65_535

/** @see cpuset(7), "List format" */
function list(option: string, text: string): string {
  for (const part of text.split(',')) {
    const [, first, last = first] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(part) ?? []
    if (Number(first) <= Number(last) && Number(last) <= NUMBER_MAX) continue
    throw wrong(option, text, 'give numbers and ranges, like 0-2,4')
  }
  return text
}

const given = (text: string | undefined): text is string => text !== undefined && text !== ''

const wrong = (option: string, text: string, hint: string) =>
  new TsbuildError('USAGE', `option "--${option}" cannot be ${JSON.stringify(text)}`, { hint })
