// SPDX-License-Identifier: Apache-2.0
import {
  appendFileSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { fileTime } from '../../images/unpack/describe.ts'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  type Syscalls,
  syscalls,
} from '../../native-shim/syscalls.ts'
import { bytePath, toBytes } from '../lib/bytes.ts'
import { hasCode } from '../lib/errno.ts'
import type { Mount } from '../spec/schema.ts'
import { describeMade } from './made-file.ts'

/**
 * Makes what mounts need to be mounted on, and writes it down as init does (made.c): for a runtime
 * that would make it without a note. What lies in another mount, or behind a link that leads to
 * nothing, is left to it.
 *
 * @param request.root where the root file system is mounted
 * @param request.fileOf where a mount's places are written down
 */
export function makeMountPoints(request: {
  readonly root: string
  readonly mounts: readonly Mount[]
  readonly fileOf: (mount: Mount) => string
}): void {
  const { root, mounts, fileOf } = request
  const sys = syscalls()
  const rootFd = openSync(root, O_PATH | constants.O_DIRECTORY)
  try {
    for (const mount of mounts) {
      const { destination } = mount
      if (mounts.some((other) => destination.startsWith(`${other.destination}/`))) continue
      makePoint({ sys, rootFd, file: fileOf(mount) }, toBytes(destination), isFile(mount))
    }
  } finally {
    closeSync(rootFd)
  }
}

const isFile = ({ type, source = '' }: Mount): boolean =>
  type === 'bind' && !statSync(source).isDirectory()

interface Making {
  readonly sys: Syscalls
  readonly rootFd: number
  readonly file: string
}

function makePoint(making: Making, destination: string, endsInFile: boolean): void {
  const parts = destination.split('/').filter((part) => part !== '')
  for (const [index, name] of parts.entries()) {
    const folderFd = openFolder(making, `/${parts.slice(0, index).join('/')}`)
    if (folderFd === undefined) return
    try {
      const place = bytePath(`/proc/self/fd/${folderFd}/${name}`)
      if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) continue
      const path = `/${parts.slice(0, index + 1).join('/')}`
      const before = fileTime(fstatSync(folderFd, { bigint: true }).mtimeNs)
      const note = describeMade({ path, before, isSettled: false })
      appendFileSync(making.file, note, { encoding: 'latin1', mode: 0o600 })
      if (endsInFile && index === parts.length - 1) writeFileSync(place, '', { flag: 'wx' })
      else mkdirSync(place, 0o755)
      making.sys.utimensat(folderFd, '.', before)
      appendFileSync(making.file, '\0')
    } finally {
      closeSync(folderFd)
    }
  }
}

function openFolder({ sys, rootFd }: Making, path: string): number | undefined {
  const flags = O_PATH | O_CLOEXEC | constants.O_DIRECTORY
  try {
    return sys.openat2(rootFd, path, { flags, resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS })
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return undefined
    throw error
  }
}
