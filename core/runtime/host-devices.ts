// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path/posix'
import { TsbuildError } from '../lib/errors.ts'
import { type DeviceOption, parseDevice } from '../options/device.ts'
import type { HostDevice } from '../spec/devices.ts'

/**
 * The devices of the host that --device options name; of a directory all below it that are some.
 *
 * @throws TsbuildError USAGE for what is not there, no device, or has none below it
 */
export function hostDevices(words: readonly string[]): readonly HostDevice[] {
  const found = words.map(parseDevice).flatMap(devicesOf)
  return [...new Map(found.map((device) => [device.path, device])).values()]
}

/** /dev has some hundred; more is no directory that somebody means. */
const DEVICES_MAX = 4096

function devicesOf(option: DeviceOption): readonly HostDevice[] {
  const { hostPath } = option
  const stat = statOf(hostPath)
  if (!stat.isDirectory()) return [deviceOf(option, stat)]
  const found = below(option, { left: DEVICES_MAX })
  if (found.length === 0) throw refused(hostPath, 'has no devices in it', 'name one that has some')
  return found
}

/** Links to devices and what is mounted in /dev are not followed: each container has its own. */
const ownInEach: ReadonlySet<string> = new Set(['pts', 'shm', 'mqueue', 'fd', 'console'])

function below(option: DeviceOption, budget: { left: number }): readonly HostDevice[] {
  return readdirSync(option.hostPath, { withFileTypes: true }).flatMap((entry) => {
    if (ownInEach.has(entry.name)) return []
    const [hostPath, path] = [join(option.hostPath, entry.name), join(option.path, entry.name)]
    const inside = { ...option, hostPath, path }
    if (entry.isDirectory()) return below(inside, budget)
    if (!entry.isCharacterDevice() && !entry.isBlockDevice()) return []
    budget.left -= 1
    if (budget.left < 0)
      throw refused(option.hostPath, 'has too many devices', 'name those that are needed')
    return [deviceOf(inside, statOf(hostPath))]
  })
}

function deviceOf({ hostPath, path, access }: DeviceOption, stat: BigIntStats): HostDevice {
  if (!stat.isCharacterDevice() && !stat.isBlockDevice())
    throw refused(hostPath, 'is no device', 'files and directories come with --volume')
  const type = stat.isBlockDevice() ? 'b' : 'c'
  return {
    ...{ hostPath: realpathSync(hostPath), path, type, access, ...numbersOf(stat.rdev) },
    mode: Number(stat.mode & 0o7777n),
    hostUid: Number(stat.uid),
    hostGid: Number(stat.gid),
  }
}

/** The encoding of glibc and musl; makedev(3). */
function numbersOf(rdev: bigint): { readonly major: number; readonly minor: number } {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)
  return { major: Number(major), minor: Number(minor) }
}

function statOf(hostPath: string): BigIntStats {
  try {
    return statSync(hostPath, { bigint: true })
  } catch (cause) {
    const hint = 'load its driver, or start the outer container with it'
    throw new TsbuildError('USAGE', `cannot find device ${JSON.stringify(hostPath)}`, {
      ...{ cause, hint },
    })
  }
}

const refused = (hostPath: string, why: string, hint: string) =>
  new TsbuildError('USAGE', `option "--device": ${JSON.stringify(hostPath)} ${why}`, { hint })
