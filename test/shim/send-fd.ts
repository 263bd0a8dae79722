// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { createRequire } from 'node:module'
import type Koffi from 'koffi'

const koffi: typeof Koffi = createRequire(import.meta.url)('koffi')
const libc = koffi.load(null)
const socket = libc.func('int socket(int domain, int type, int protocol)')
const connect = libc.func('int connect(int fd, void *address, uint32 size)')
const sendmsg = libc.func('int64 sendmsg(int fd, void *message, int flags)')
const ioctl = libc.func('ioctl', 'int', ['int', 'ulong', 'void *'])
const ioctlNumber = libc.func('ioctl', 'int', ['int', 'ulong', 'long'])

const AF_UNIX = 1
const SOCK_STREAM = 1
const SOL_SOCKET = 1
const SCM_RIGHTS = 1
const TIOCSPTLCK = 0x40045431
const TIOCGPTPEER = 0x5441

/** What an OCI runtime does at a console socket: one message with a descriptor, unix(7). */
export function sendFd(path: string, fd: number): void {
  const connection = socket(AF_UNIX, SOCK_STREAM, 0)
  try {
    const address = Buffer.alloc(110)
    address.writeUInt16LE(AF_UNIX)
    address.write(path, 2)
    if (connect(connection, address, address.length) !== 0) throw new Error(`no way to ${path}`)
    if (Number(sendmsg(connection, messageWith(fd), 0)) !== 1) throw new Error('not sent')
  } finally {
    closeSync(connection)
  }
}

const kept: Buffer[] = []

/** struct msghdr of 64-bit Linux with one byte and one descriptor, recvmsg(2) and cmsg(3). */
function messageWith(fd: number): Buffer {
  const byte = Buffer.from('x')
  const part = Buffer.alloc(16)
  part.writeBigUInt64LE(koffi.address(byte), 0)
  part.writeBigUInt64LE(1n, 8)
  const control = Buffer.alloc(24)
  control.writeBigUInt64LE(20n, 0)
  control.writeInt32LE(SOL_SOCKET, 8)
  control.writeInt32LE(SCM_RIGHTS, 12)
  control.writeInt32LE(fd, 16)
  const message = Buffer.alloc(56)
  message.writeBigUInt64LE(koffi.address(part), 16)
  message.writeBigUInt64LE(1n, 24)
  message.writeBigUInt64LE(koffi.address(control), 32)
  message.writeBigUInt64LE(24n, 40)
  kept.push(byte, part, control) // the message only points to them
  return message
}

/** A pty's master, whose slave can be opened. To be closed. */
export function openMaster(): number {
  const master = openSync('/dev/ptmx', constants.O_RDWR | constants.O_NOCTTY)
  if (ioctl(master, TIOCSPTLCK, Buffer.alloc(4)) !== 0) throw new Error('unlockpt')
  return master
}

/** The other end of it. To be closed. */
export function openSlave(master: number): number {
  const slave = Number(ioctlNumber(master, TIOCGPTPEER, constants.O_RDWR | constants.O_NOCTTY))
  if (slave < 0) throw new Error('no slave')
  return slave
}
