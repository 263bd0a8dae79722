// SPDX-License-Identifier: Apache-2.0
import type { Assembler, Label } from './assembler.ts'
import type { Condition, Word64 } from './rules.ts'

/** Where to go on after a comparison. */
export interface Ways {
  readonly yes: Label
  readonly no: Label
}

type ArgumentBits = 32 | 64

/** An argument in struct seccomp_data of linux/seccomp.h, by halves; little endian. */
const lowOffset = (index: number) => 16 + 8 * index
const highOffset = (index: number) => lowOffset(index) + 4

const all = 0xffffffff
const all64: Word64 = { high: all, low: all }

/**
 * The steps that see whether a condition holds.
 *
 * @param bits 32: only the low halves of argument and value count
 */
export function compare(
  assembler: Assembler,
  { index, op, value, valueTwo }: Condition,
  bits: ArgumentBits,
  { yes, no }: Ways,
): Label {
  const against = { assembler, index, bits }
  switch (op) {
    case 'SCMP_CMP_EQ':
      return equal(against, all64, value, { yes, no })
    case 'SCMP_CMP_NE':
      return equal(against, all64, value, { yes: no, no: yes })
    case 'SCMP_CMP_MASKED_EQ':
      return equal(against, value, valueTwo, { yes, no })
    case 'SCMP_CMP_GT':
      return above(against, 'greater', value, { yes, no })
    case 'SCMP_CMP_LE':
      return above(against, 'greater', value, { yes: no, no: yes })
    case 'SCMP_CMP_GE':
      return above(against, 'greaterOrEqual', value, { yes, no })
    case 'SCMP_CMP_LT':
      return above(against, 'greaterOrEqual', value, { yes: no, no: yes })
  }
}

interface Against {
  readonly assembler: Assembler
  readonly index: number
  readonly bits: ArgumentBits
}

/** Bits of `wanted` outside the mask do not count: both sides are masked, as libseccomp does. */
function equal(
  { assembler, index, bits }: Against,
  mask: Word64,
  wanted: Word64,
  { yes, no }: Ways,
): Label {
  const low = equalHalf(assembler, lowOffset(index), [mask.low, wanted.low], { yes, no })
  if (bits === 32) return low
  return equalHalf(assembler, highOffset(index), [mask.high, wanted.high], { yes: low, no })
}

function equalHalf(
  assembler: Assembler,
  offset: number,
  [mask, wanted]: readonly [mask: number, wanted: number],
  { yes, no }: Ways,
): Label {
  const masked = (wanted & mask) >>> 0
  if (mask === 0) return yes
  if (masked === 0) return assembler.load(offset, assembler.test('anyBit', mask, no, yes))
  const test = assembler.test('equal', masked, yes, no)
  return assembler.load(offset, mask === all ? test : assembler.and(mask, test))
}

function above(
  { assembler, index, bits }: Against,
  test: 'greater' | 'greaterOrEqual',
  { high, low }: Word64,
  { yes, no }: Ways,
): Label {
  const byLow = assembler.load(lowOffset(index), assembler.test(test, low, yes, no))
  if (bits === 32) return byLow
  const tied = assembler.test('equal', high, byLow, no)
  return assembler.load(highOffset(index), assembler.test('greater', high, yes, tied))
}
