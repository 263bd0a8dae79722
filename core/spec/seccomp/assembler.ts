// SPDX-License-Identifier: Apache-2.0
import { invalidProfile } from './actions.ts'

/** Where to go on: an instruction that is already there. */
export type Label = number

export type Test = keyof typeof tests

/** Classic BPF as seccomp takes it. @see linux/bpf_common.h */
const load = 0x20 // BPF_LD | BPF_W | BPF_ABS
const and = 0x54 // BPF_ALU | BPF_AND | BPF_K
const skip = 0x05 // BPF_JMP | BPF_JA
const ret = 0x06 // BPF_RET | BPF_K
const tests = { equal: 0x15, greater: 0x25, greaterOrEqual: 0x35, anyBit: 0x45 } // BPF_JMP | …

const instructionsMax = 4096 // BPF_MAXINSNS of linux/bpf_common.h
const instructionSizeBytes = 8 // struct sock_filter: u16 code, u8 jt, u8 jf, u32 k
const jumpMax = 255

interface Instruction {
  readonly code: number
  readonly ifTrue: number
  readonly ifFalse: number
  readonly k: number
}

/** Each step is given what follows it, and returns where it starts itself. */
export interface Assembler {
  readonly ret: (value: number) => Label
  /** Loads the 32 bits at `offset` of struct seccomp_data. */
  readonly load: (offset: number, next: Label) => Label
  readonly and: (mask: number, next: Label) => Label
  readonly test: (test: Test, value: number, ifTrue: Label, ifFalse: Label) => Label
  /** The program from the last step on, in memory order of a little-endian machine. */
  readonly finish: () => Buffer
}

/**
 * Writes a program from its end to its start: jumps only go forward, so the distance to every
 * target is known when the jump is written.
 *
 * The steps throw TsbuildError SPEC_INVALID at the 4,097th instruction: the kernel takes 4,096.
 */
export function createAssembler(): Assembler {
  const backwards: Instruction[] = []
  const returns = new Map<number, Label>()

  const push = (code: number, k: number, ifTrue = 0, ifFalse = 0): Label => {
    if (backwards.length === instructionsMax) throw tooLong()
    return backwards.push({ code, ifTrue, ifFalse, k }) - 1
  }
  const distance = (label: Label) => backwards.length - 1 - label
  const pushRet = (value: number): Label => {
    const label = push(ret, value)
    returns.set(value, label)
    return label
  }
  /** The same place, at most `reach` instructions after the next one. */
  const within = (reach: number, label: Label): Label => {
    if (distance(label) <= reach) return label
    const { code, k } = backwards[label] ?? { code: skip, k: 0 }
    return code === ret ? pushRet(k) : push(skip, distance(label))
  }

  return {
    ret: (value) => returns.get(value) ?? pushRet(value),
    load: (offset, next) => {
      within(0, next)
      return push(load, offset)
    },
    and: (mask, next) => {
      within(0, next)
      return push(and, mask)
    },
    test: (test, value, ifTrue, ifFalse) => {
      // The second target may take an instruction, which moves the first one away by one.
      const near = within(jumpMax - 1, ifTrue)
      const alsoNear = within(jumpMax, ifFalse)
      return push(tests[test], value, distance(near), distance(alsoNear))
    },
    finish: () => encode(backwards),
  }
}

function encode(backwards: readonly Instruction[]): Buffer {
  const program = Buffer.alloc(backwards.length * instructionSizeBytes)
  const view = new DataView(program.buffer, program.byteOffset, program.length)
  let at = program.length
  for (const { code, ifTrue, ifFalse, k } of backwards) {
    at -= instructionSizeBytes
    view.setUint32(at, code | (ifTrue << 16) | (ifFalse << 24), true)
    view.setUint32(at + 4, k, true)
  }
  return program
}

function tooLong(): Error {
  return invalidProfile(
    `it takes more than the ${instructionsMax} instructions of a filter`,
    'use fewer conditions on arguments',
  )
}
