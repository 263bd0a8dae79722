// SPDX-License-Identifier: Apache-2.0
import { returnKillProcess } from './actions.ts'
import { type Assembler, createAssembler, type Label } from './assembler.ts'
import { compare } from './compare.ts'
import { filterFlags } from './flags.ts'
import { type Chain, type Change, type Outcome, sectionsOf } from './sections.ts'
import type { LinuxSeccomp, Machine } from './types.ts'

export interface CompiledSeccomp {
  /** struct sock_filter[], 8 bytes each, at most 4,096. */
  readonly program: Buffer
  /** SECCOMP_FILTER_FLAG_… for seccomp(2). */
  readonly flags: number
}

/** struct seccomp_data of linux/seccomp.h. */
const numberOffset = 0
const archOffset = 4

/**
 * A profile as the program that the kernel runs at every system call.
 *
 * The call's number is found by a binary search over ranges with one outcome. Nothing but loads
 * of number and architecture, comparisons and jumps stands before an unconditional answer, so
 * that the kernel (5.11 and on) can remember it per call instead of running the program.
 *
 * Calls of an ABI that the profile does not name end the process. How rules are weighed is
 * told at `sectionsOf`, which calls get ENOSYS at `returnForNewer`.
 *
 * @throws TsbuildError SPEC_INVALID if the profile breaks the OCI specification or is too long
 * @see seccomp(2); OCI runtime-spec 1.2, config-linux.md, "Seccomp"
 */
export function compileSeccomp(profile: LinuxSeccomp, machine: Machine): CompiledSeccomp {
  const sections = sectionsOf(profile, machine)
  const flags = filterFlags(profile)
  const assembler = createAssembler()
  const writer = { assembler, chains: new Map<Chain, Label>() }
  let start = assembler.ret(returnKillProcess)
  for (const { auditArch, outcome, changes } of sections.toReversed()) {
    const section = assembler.load(numberOffset, search(writer, outcome, changes))
    start = assembler.test('equal', auditArch, section, start)
  }
  assembler.load(archOffset, start)
  return { program: assembler.finish(), flags }
}

interface Writer {
  readonly assembler: Assembler
  readonly chains: Map<Chain, Label>
}

/** Writes the later half first: what fails the test then falls into the earlier one. */
function search(writer: Writer, first: Outcome, changes: readonly Change[]): Label {
  const middle = changes.length >> 1
  const pivot = changes[middle]
  if (pivot === undefined) return decide(writer, first)
  const later = search(writer, pivot.outcome, changes.slice(middle + 1))
  const earlier = search(writer, first, changes.slice(0, middle))
  return writer.assembler.test('greaterOrEqual', pivot.start, later, earlier)
}

function decide({ assembler, chains }: Writer, outcome: Outcome): Label {
  if (typeof outcome === 'number') return assembler.ret(outcome)
  const label = chains.get(outcome) ?? writeChain(assembler, outcome)
  chains.set(outcome, label)
  return label
}

function writeChain(assembler: Assembler, { rules, otherwise, argumentBits }: Chain): Label {
  return rules.reduceRight(
    (no, { conditions, returns }) =>
      conditions.reduceRight(
        (yes, condition) => compare(assembler, condition, argumentBits, { yes, no }),
        assembler.ret(returns),
      ),
    assembler.ret(otherwise),
  )
}
