// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { bytePath } from '../../lib/bytes.ts'
import { hasCode } from '../../lib/errno.ts'
import type { GeneratedFile } from '../../spec/mounts.ts'
import { defaultDevices, defaultLinks } from '../devices.ts'
import { hostFile } from '../host.ts'
import type { Loan, LoanPlace, Refusal } from './loans.ts'

/** What a container has in /dev, and the files that are made for it. */
export const lentFiles = (generated: readonly GeneratedFile[]): Loan[] => [
  ...generated.map(copyOf),
  ...defaultDevices.map(node),
  ...defaultLinks.map(([target, destination]) => link(destination, target)),
  sharedMemory,
]

const copyOf = ({ destination, source }: GeneratedFile): Loan => ({
  destination,
  make({ path }) {
    writeNew(path, hostFile(source) ?? '', 0o644)
    return undefined
  },
})

/** stat(2): a character device. */
const S_IFCHR = 0o020000

function node({ path: destination, major, minor }: (typeof defaultDevices)[number]): Loan {
  return {
    destination,
    isThere(path) {
      const stats = lstatSync(bytePath(path))
      const isMeant = stats.isCharacterDevice() && stats.rdev === major * 256 + minor
      return isMeant && canBeOpened(path)
    },
    make(place) {
      const refusal = makeNode(place, { major, minor })
      // A file of its own that takes what scripts throw away. They often do.
      if (refusal !== undefined && destination === '/dev/null') writeNew(place.path, '', 0o666)
      return refusal
    },
  }
}

function makeNode(
  { sys, dirFd, name, path }: LoanPlace,
  device: { major: number; minor: number },
): Refusal | undefined {
  try {
    sys.mknodat(dirFd, name, S_IFCHR | 0o666, device)
  } catch (error) {
    if (hasCode(error, 'EPERM')) return 'EPERM'
    throw error
  }
  chmodSync(bytePath(path), 0o666) // mknodat(2) went through our umask
  if (canBeOpened(path)) return undefined
  unlinkSync(bytePath(path))
  return 'EACCES'
}

/** mount(8), "nodev". Without a terminal /dev/tty has another errno, and is as it should be. */
function canBeOpened(path: string): boolean {
  try {
    closeSync(openSync(bytePath(path), constants.O_RDONLY | constants.O_NONBLOCK))
    return true
  } catch (error) {
    return !hasCode(error, 'EACCES')
  }
}

const link = (destination: string, target: string): Loan => ({
  destination,
  isThere: (path) => lstatSync(bytePath(path)).isSymbolicLink(),
  make({ path }) {
    symlinkSync(target, bytePath(path))
    return undefined
  },
})

const sharedMemory: Loan = {
  destination: '/dev/shm',
  isThere: (path) => lstatSync(bytePath(path)).isDirectory(),
  make({ path }) {
    mkdirSync(bytePath(path))
    chmodSync(bytePath(path), 0o1777)
    return undefined
  },
}

function writeNew(path: string, text: string, mode: number): void {
  writeFileSync(bytePath(path), text, { flag: 'wx' })
  chmodSync(bytePath(path), mode)
}
