// SPDX-License-Identifier: Apache-2.0
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import type Koffi from 'koffi'

/** A moment as the kernel keeps it; nanoseconds are 0 to 999,999,999 also before 1970. */
export interface FileTime {
  readonly seconds: number
  readonly nanoseconds: number
}

export interface Device {
  readonly major: number
  readonly minor: number
}

/**
 * The system calls that Node lacks, typed. Paths and names are byte strings: one character
 * (U+0000 to U+00FF) is one byte, so that a name in any encoding survives. Every call throws an
 * Error with `code`, `errno` and `syscall`, as the functions of node:fs do.
 */
export interface Syscalls {
  /** @returns a descriptor. @see openat2(2), Linux 5.6 */
  openat2(dirFd: number, path: string, how: { flags: number; resolve: number }): number
  /** `mode` holds the type and, before the umask, the permissions. @see mknod(2) */
  mknodat(dirFd: number, name: string, mode: number, device: Device): void
  /** Sets access and modification time of `name` itself, not of what a link leads to. */
  utimensat(dirFd: number, name: string, time: FileTime): void
  /** Sets access and modification time of an open file. */
  futimens(fd: number, time: FileTime): void
  /**
   * The next byte of data or of a hole at or after `offset`; the end of a file counts as a hole.
   * ENXIO where there is none. @see lseek(2), SEEK_DATA
   */
  lseek(fd: number, offset: number, whence: 'data' | 'hole'): number
  fsetxattr(fd: number, name: string, value: Buffer): void
  /** Of `path` itself, not of what a link leads to, as the next two. @see xattr(7) */
  lsetxattr(path: string, name: string, value: Buffer): void
  lgetxattr(path: string, name: string): Buffer
  /** The names of all extended attributes; none where the file system knows no such thing. */
  llistxattr(path: string): string[]
}

/** Flags of open(2) and openat2(2) that node:fs does not name. */
export const O_PATH = 0o10000000
export const O_CLOEXEC = 0o2000000
export const RESOLVE_NO_MAGICLINKS = 0x02
export const RESOLVE_NO_SYMLINKS = 0x04
export const RESOLVE_IN_ROOT = 0x10

const AT_SYMLINK_NOFOLLOW = 0x100
/** Upper bound of a value and of a list of names. @see xattr(7) */
const XATTR_SIZE_MAX = 65536

/** From the kernel's tables; openat2 came after they were unified. */
const callNumbers = {
  x64: {
    openat2: 437,
    mknodat: 259,
    utimensat: 280,
    lseek: 8,
    fsetxattr: 190,
    lsetxattr: 189,
    lgetxattr: 192,
    llistxattr: 195,
  },
  arm64: {
    openat2: 437,
    mknodat: 33,
    utimensat: 88,
    lseek: 62,
    fsetxattr: 7,
    lsetxattr: 6,
    lgetxattr: 9,
    llistxattr: 12,
  },
} as const
type CallName = keyof typeof callNumbers.x64

/**
 * Loads the foreign function interface (about 13 ms, so only where it is needed) and binds libc's
 * syscall(2), which both glibc and musl have.
 *
 * @throws Error on a machine that is neither x86-64 nor arm64
 */
export function syscalls(): Syscalls {
  const caller = bind(createRequire(import.meta.url)('koffi'), numbersFor(process.arch))
  return { ...fileCalls(caller), ...xattrCalls(caller) }
}

type Caller = ReturnType<typeof bind>

/** One signature for each shape of call that is needed. */
function bind(koffi: typeof Koffi, numbers: Readonly<Record<CallName, number>>) {
  const libc = koffi.load(null)
  const shape = (...args: ('long' | 'void *')[]) => libc.func('syscall', 'long', ['long', ...args])
  return {
    /** (directory, path, struct, number) */
    onDirectory: shape('long', 'void *', 'void *', 'long'),
    /** (directory, name, mode, device) */
    makeNode: shape('long', 'void *', 'long', 'long'),
    /** (descriptor, offset, whence) */
    seek: shape('long', 'long', 'long'),
    /** (descriptor, name, value, length, flags) */
    onOpenFile: shape('long', 'void *', 'void *', 'long', 'long'),
    /** (path, name, value, length, flags) */
    onPath: shape('void *', 'void *', 'void *', 'long', 'long'),
    /** (path, list, length) */
    listNames: shape('void *', 'void *', 'long'),
    run: (name: CallName, path: string, call: (number: number) => number): number => {
      const result = call(numbers[name])
      if (result < 0) throw systemError(koffi.errno(), name, path)
      return result
    },
  }
}

type FileCalls = Pick<Syscalls, 'openat2' | 'mknodat' | 'utimensat' | 'futimens' | 'lseek'>

const whences = { data: 3, hole: 4 } as const

function fileCalls({ run, onDirectory, makeNode, seek }: Caller): FileCalls {
  return {
    openat2: (dirFd, path, how) =>
      run('openat2', path, (nr) => onDirectory(nr, dirFd, cString(path), openHow(how), 24)),
    mknodat: (dirFd, name, mode, device) => {
      const args = [dirFd, cString(name), mode, deviceNumber(device)] as const
      run('mknodat', name, (nr) => makeNode(nr, ...args))
    },
    utimensat: (dirFd, name, time) => {
      const args = [dirFd, cString(name), bothTimes(time), AT_SYMLINK_NOFOLLOW] as const
      run('utimensat', name, (nr) => onDirectory(nr, ...args))
    },
    futimens: (fd, time) => {
      run('utimensat', `fd ${fd}`, (nr) => onDirectory(nr, fd, null, bothTimes(time), 0))
    },
    lseek: (fd, offset, whence) =>
      run('lseek', `fd ${fd}`, (nr) => seek(nr, fd, offset, whences[whence])),
  }
}

type XattrCalls = Pick<Syscalls, 'fsetxattr' | 'lsetxattr' | 'lgetxattr' | 'llistxattr'>

function xattrCalls({ run, onOpenFile, onPath, listNames }: Caller): XattrCalls {
  const scratch = Buffer.alloc(XATTR_SIZE_MAX)
  return {
    fsetxattr: (fd, name, value) => {
      run('fsetxattr', name, (nr) => onOpenFile(nr, fd, cString(name), value, value.length, 0))
    },
    lsetxattr: (path, name, value) => {
      const args = [cString(path), cString(name), value, value.length, 0] as const
      run('lsetxattr', path, (nr) => onPath(nr, ...args))
    },
    lgetxattr: (path, name) => {
      const args = [cString(path), cString(name), scratch, scratch.length, 0] as const
      const length = run('lgetxattr', path, (nr) => onPath(nr, ...args))
      return Buffer.from(scratch.subarray(0, length))
    },
    llistxattr: (path) => {
      const list = (nr: number) => listNames(nr, cString(path), scratch, scratch.length)
      return namesIn(scratch, () => run('llistxattr', path, list))
    },
  }
}

function numbersFor(arch: string): Readonly<Record<CallName, number>> {
  if (arch === 'x64' || arch === 'arm64') return callNumbers[arch]
  throw new Error(`no system call numbers for ${arch}`)
}

/** @throws RangeError if the text holds a NUL, which would silently end the name there */
function cString(text: string): Buffer {
  if (text.includes('\0')) throw new RangeError(`NUL byte in ${JSON.stringify(text)}`)
  return Buffer.from(`${text}\0`, 'latin1')
}

/** struct open_how: flags, mode, resolve, 64 bits each. */
function openHow({ flags, resolve }: { flags: number; resolve: number }): Buffer {
  const how = Buffer.alloc(24)
  how.writeUInt32LE(flags, 0)
  how.writeUInt32LE(resolve, 16)
  return how
}

/** struct timespec[2]: access and modification time. */
function bothTimes({ seconds, nanoseconds }: FileTime): Buffer {
  const times = Buffer.alloc(32)
  for (const offset of [0, 16]) {
    times.writeBigInt64LE(BigInt(seconds), offset)
    times.writeUInt32LE(nanoseconds, offset + 8)
  }
  return times
}

/** dev_t as user space passes it: the low byte of minor, 12 bits of major, the rest of minor. */
function deviceNumber({ major, minor }: Device): number {
  return ((minor & 0xff) | ((major & 0xfff) << 8) | ((minor & ~0xff) << 12)) >>> 0
}

function namesIn(scratch: Buffer, call: () => number): string[] {
  let length = 0
  try {
    length = call()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOTSUP')) throw error
  }
  // As with most files: worth a line, for a tree has many.
  if (length === 0) return []
  return scratch.toString('latin1', 0, length).split('\0').slice(0, -1)
}

function systemError(errno: number, syscall: string, path: string): NodeJS.ErrnoException {
  const code = codes.get(errno) ?? `errno ${errno}`
  const shown = Buffer.from(path, 'latin1').toString()
  return Object.assign(new Error(`${code}: ${syscall} '${shown}'`), {
    code,
    errno,
    syscall,
    path: shown,
  })
}

/** ENOTSUP and EOPNOTSUPP are one number, EAGAIN and EWOULDBLOCK another: the first is meant. */
const codes = new Map<number, string>(
  Object.entries(constants.errno)
    .filter(([name]) => name !== 'EOPNOTSUPP' && name !== 'EWOULDBLOCK')
    .map(([name, number]) => [number, name]),
)
