// SPDX-License-Identifier: Apache-2.0

/** struct seccomp_data of linux/seccomp.h. */
export interface SeccompData {
  /** As the kernel passes it: 32 bits, unsigned. */
  readonly number: number
  readonly arch: number
  /** Up to six; 64 bits each, unsigned. */
  readonly args?: readonly bigint[]
}

export interface Run {
  /** SECCOMP_RET_… with its data. */
  readonly returns: number
  /** Instructions performed. */
  readonly steps: number
  /** Whether an argument was looked at. */
  readonly readsArguments: boolean
}

interface Instruction {
  readonly code: number
  readonly ifTrue: number
  readonly ifFalse: number
  readonly k: number
}

const sizeBytes = 8
const dataBytes = 64

/** What `loadFilter` answers for one call. */
export function runFilter(program: Buffer, call: SeccompData): Run {
  return loadFilter(program)(call)
}

/**
 * A filter as the kernel would run it; refuses what the kernel would refuse to load.
 *
 * @see Documentation/networking/filter.rst of Linux; seccomp_check_filter in kernel/seccomp.c
 */
export function loadFilter(program: Buffer): (call: SeccompData) => Run {
  const instructions = decode(program)
  return (call) => run(instructions, encodeData(call))
}

function run(instructions: readonly Instruction[], data: Buffer): Run {
  let accumulator = 0
  let readsArguments = false
  for (let at = 0, steps = 1; ; steps++) {
    const { code, ifTrue, ifFalse, k } = instructions[at] ?? fail(`ran off the end at ${at}`)
    at++
    switch (code) {
      case 0x06:
        return { returns: k, steps, readsArguments }
      case 0x20:
        accumulator = data.readUInt32LE(k)
        readsArguments ||= k >= 16
        break
      case 0x54:
        accumulator = (accumulator & k) >>> 0
        break
      case 0x05:
        at += k
        break
      default:
        at += holds(code, accumulator, k) ? ifTrue : ifFalse
    }
  }
}

/** Instructions, each of a kind that seccomp takes, with targets inside the program. */
export function decode(program: Buffer): readonly Instruction[] {
  const count = program.length / sizeBytes
  if (!Number.isInteger(count) || count < 1 || count > 4096) fail(`length ${program.length}`)
  const instructions = Array.from({ length: count }, (_, at) => ({
    code: program.readUInt16LE(at * sizeBytes),
    ifTrue: program.readUInt8(at * sizeBytes + 2),
    ifFalse: program.readUInt8(at * sizeBytes + 3),
    k: program.readUInt32LE(at * sizeBytes + 4),
  }))
  instructions.forEach((instruction, at) => {
    check(instruction, at, count)
  })
  return instructions
}

function check({ code, ifTrue, ifFalse, k }: Instruction, at: number, count: number): void {
  const jumps = { 5: k, 21: 0, 37: 0, 53: 0, 69: 0 }[code]
  const known = jumps !== undefined || code === 0x06 || code === 0x20 || code === 0x54
  if (!known) fail(`unknown code ${code} at ${at}`)
  if (code === 0x20 && (k % 4 !== 0 || k >= dataBytes)) fail(`load of ${k} at ${at}`)
  const farthest = at + 1 + Math.max(jumps ?? 0, ifTrue, ifFalse)
  if (code !== 0x06 && farthest >= count) fail(`jump out of the program at ${at}`)
}

function holds(code: number, accumulator: number, k: number): boolean {
  switch (code) {
    case 0x15:
      return accumulator === k
    case 0x25:
      return accumulator > k
    case 0x35:
      return accumulator >= k
    case 0x45:
      return (accumulator & k) !== 0
    default:
      return fail(`unknown jump ${code}`)
  }
}

function encodeData({ number, arch, args = [] }: SeccompData): Buffer {
  const data = Buffer.alloc(dataBytes)
  data.writeUInt32LE(number, 0)
  data.writeUInt32LE(arch, 4)
  args.forEach((value, index) => {
    data.writeBigUInt64LE(value, 16 + 8 * index)
  })
  return data
}

function fail(reason: string): never {
  throw new Error(`bad filter: ${reason}`)
}
