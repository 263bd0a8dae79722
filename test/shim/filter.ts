// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'

/** Numbers of system calls: x86-64 and arm64. */
const calls = {
  sethostname: [170, 161],
  prctl: [157, 167],
  keyctl: [250, 219],
  setsid: [112, 157],
  fchown: [93, 55],
} as const

/** An errno that none of these calls gives of itself. */
export const ERRNO_OF_FILTER = { number: constants.errno.EMLINK, words: 'too many links' }

/** linux/bpf_common.h, linux/seccomp.h */
const LOAD_WORD = 0x20
const JUMP_IF_EQUAL = 0x15
const RETURN = 0x06
const RET_ERRNO = 0x00050000
const RET_USER_NOTIF = 0x7fc00000
const RET_ALLOW = 0x7fff0000

/** A seccomp program that lets one system call fail. */
export const failingCall = (name: keyof typeof calls): Buffer =>
  only(name, RET_ERRNO | ERRNO_OF_FILTER.number)

function only(name: keyof typeof calls, value: number): Buffer {
  const number = calls[name][process.arch === 'arm64' ? 1 : 0]
  return Buffer.concat([
    instruction(LOAD_WORD, 0),
    instruction(JUMP_IF_EQUAL, number, { otherwise: 1 }),
    instruction(RETURN, value),
    instruction(RETURN, RET_ALLOW),
  ])
}

/** A seccomp program that asks somebody about one system call. @see seccomp_unotify(2) */
export const notifyingCall = (name: keyof typeof calls): Buffer => only(name, RET_USER_NOTIF)

/** A seccomp program that asks somebody about everything. */
export const notifyingAll = (): Buffer => instruction(RETURN, RET_USER_NOTIF)

/** SECCOMP_FILTER_FLAG_NEW_LISTENER */
export const NEW_LISTENER = 8

/** A seccomp program of that many instructions that allows everything. */
export const allowing = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => instruction(RETURN, RET_ALLOW)))

/** struct sock_filter of linux/filter.h */
function instruction(code: number, operand: number, { otherwise = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code)
  bytes.writeUInt8(otherwise, 3)
  bytes.writeUInt32LE(operand, 4)
  return bytes
}
