// SPDX-License-Identifier: Apache-2.0
import { invalidProfile, returnValue } from './actions.ts'
import type { LinuxSeccomp, SeccompArgument, SeccompOperator, SeccompSyscall } from './types.ts'

/** What a profile says about one call. */
export interface Verdict {
  /** The rule that needs no condition: it wins over the others, wherever it stands. */
  readonly always: Rule | undefined
  /** In the order of the profile: the first that holds wins. */
  readonly sometimes: readonly Rule[]
}

/** If all conditions hold, the filter returns `returns`. */
export interface Rule {
  readonly conditions: readonly Condition[]
  readonly returns: number
}

export interface Condition {
  /** Which argument, 0 to 5. */
  readonly index: number
  readonly op: SeccompOperator
  readonly value: Word64
  readonly valueTwo: Word64
}

type UncheckedArgument = Omit<SeccompArgument, 'index'> & { readonly index: number | bigint }

/** An uint64 in the halves a filter can load; both unsigned. */
export interface Word64 {
  readonly high: number
  readonly low: number
}

/**
 * Verdicts on all calls that a profile names. Rules that say what the default says do not count.
 *
 * @param byDefault what the filter returns when no rule holds
 * @throws TsbuildError SPEC_INVALID for anything the OCI specification does not allow
 */
export function readVerdicts(
  { syscalls = [] }: LinuxSeccomp,
  byDefault: number,
): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, MutableVerdict>()
  for (const entry of syscalls) {
    const returns = returnValue(entry.action, entry.errnoRet)
    const rules = alternatives(entry).map((conditions) => ({ conditions, returns }))
    const effective = returns === byDefault ? [] : rules
    for (const name of entry.names) {
      const verdict = verdicts.get(name) ?? { always: undefined, sometimes: [] }
      verdicts.set(name, verdict)
      for (const rule of effective) add(verdict, rule)
    }
  }
  return verdicts
}

interface MutableVerdict extends Verdict {
  always: Rule | undefined
  readonly sometimes: Rule[]
}

function add(verdict: MutableVerdict, rule: Rule): void {
  if (rule.conditions.length > 0) verdict.sometimes.push(rule)
  else verdict.always ??= rule
}

/**
 * The conditions of an entry, any of which decides; one without any when it has no arguments.
 *
 * Two conditions on one argument cannot hold together in the library that profiles are written
 * for; its users make each condition of such an entry a rule of its own, and so do we.
 */
function alternatives({ args = [] }: SeccompSyscall): readonly (readonly Condition[])[] {
  const conditions = args.map(readCondition)
  const indexes = new Set(conditions.map(({ index }) => index))
  return indexes.size === conditions.length ? [conditions] : conditions.map((one) => [one])
}

const operators: ReadonlySet<string> = new Set<SeccompOperator>([
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
])

/** @throws TsbuildError SPEC_INVALID */
export function readCondition(argument: UncheckedArgument): Condition {
  const { op, value, valueTwo = 0 } = argument
  const index = Number(argument.index)
  if (!Number.isInteger(index) || index < 0 || index > 5) {
    throw invalidProfile(`argument index ${index} is not between 0 and 5`)
  }
  if (!operators.has(op)) throw invalidProfile(`unknown operator ${JSON.stringify(op)}`)
  return { index, op, value: readWord(value), valueTwo: readWord(valueTwo) }
}

function readWord(value: number | bigint): Word64 {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || value < 0) throw notWord(value)
    return { high: Math.floor(value / 0x100000000), low: value >>> 0 }
  }
  if (BigInt.asUintN(64, value) !== value) throw notWord(value)
  return { high: Number(value >> 32n), low: Number(value & 0xffffffffn) }
}

function notWord(value: number | bigint): Error {
  return invalidProfile(
    `argument value ${value} is not an exact number between 0 and 2^64-1`,
    'numbers from 2^53 on must be read from JSON as bigint',
  )
}
