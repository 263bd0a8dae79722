// SPDX-License-Identifier: Apache-2.0
import { type Abi, abisOf, callsOf } from './abi.ts'
import { invalidProfile, returnForNewer, returnKillProcess, returnValue } from './actions.ts'
import { type Rule, readVerdicts, type Verdict } from './rules.ts'
import { type LinuxSeccomp, type Machine, seccompArchitectures } from './types.ts'

/** All calls that carry one value of seccomp_data.arch. */
export interface Section {
  readonly auditArch: number
  /** For call 0 and on, until the first change. */
  readonly outcome: Outcome
  /** Ascending; each holds until the next one. */
  readonly changes: readonly Change[]
}

export interface Change {
  /** The first call number it holds for. */
  readonly start: number
  readonly outcome: Outcome
}

/** A plain return value, or what depends on arguments. Equal outcomes are the same value. */
export type Outcome = number | Chain

/** The first rule that holds decides. */
export interface Chain {
  readonly rules: readonly Rule[]
  readonly otherwise: number
  readonly argumentBits: 32 | 64
}

/**
 * A profile as a function of call numbers, for each architecture that the machine's kernel can
 * be called by; the machine's own first.
 *
 * For one call a rule without conditions wins over those with conditions, wherever it stands;
 * among rules of a kind the first one wins. Rules that return what the default returns do not
 * count. Numbers above the highest one that the profile names are judged by `returnForNewer`.
 *
 * @throws TsbuildError SPEC_INVALID
 */
export function sectionsOf(profile: LinuxSeccomp, machine: Machine): readonly Section[] {
  const policy = readPolicy(profile)
  const [native, ...others] = abisOf(machine)
  const sections = new Map([[native.auditArch, changesOf(native, policy)]])
  for (const abi of others) {
    const section = sections.get(abi.auditArch) ?? []
    const wanted = policy.architectures.has(abi.architecture)
    if (wanted) section.push(...changesOf(abi, policy))
    else if (section.length > 0) section.push(...refusal(abi, policy))
    if (section.length > 0) sections.set(abi.auditArch, section)
  }
  return [...sections].map(([auditArch, section]) => ({ auditArch, ...merge(section, policy) }))
}

interface Policy {
  readonly architectures: ReadonlySet<string>
  readonly verdicts: ReadonlyMap<string, Verdict>
  readonly byDefault: number
  readonly forNewer: number
  /** Chains by what they hold: equal ones are one object. */
  readonly chains: Map<string, Chain>
}

function readPolicy(profile: LinuxSeccomp): Policy {
  const known: ReadonlySet<string> = new Set(seccompArchitectures)
  const architectures = new Set<string>(profile.architectures)
  for (const name of architectures) {
    if (!known.has(name)) throw invalidProfile(`unknown architecture ${JSON.stringify(name)}`)
  }
  const byDefault = returnValue(profile.defaultAction, profile.defaultErrnoRet)
  const forNewer = returnForNewer(profile, byDefault)
  const verdicts = readVerdicts(profile, byDefault)
  return { architectures, verdicts, byDefault, forNewer, chains: new Map() }
}

function changesOf(abi: Abi, policy: Policy): Change[] {
  const { privateFrom } = abi
  const { byDefault, forNewer } = policy
  const named = verdictsOf(abi, policy)
  const common = named.filter(({ number }) => number < privateFrom)
  const after = common.length > 0 ? forNewer : byDefault
  const changes = ranges(common, { from: 0, after }, abi, policy)
  if (privateFrom === Number.POSITIVE_INFINITY) return changes
  const own = named.slice(common.length)
  return [...changes, ...ranges(own, { from: privateFrom, after: byDefault }, abi, policy)]
}

interface NumberedVerdict {
  readonly number: number
  readonly verdict: Verdict
}

/** Verdicts on what the ABI has, ascending. Of two names for one call the first has the say. */
function verdictsOf(abi: Abi, { verdicts }: Policy): readonly NumberedVerdict[] {
  const found: NumberedVerdict[] = []
  let last = -1
  for (const { name, number } of callsOf(abi)) {
    const operations = abi.multiplexers.get(name)
    const own = verdicts.get(name)
    const verdict = operations ? join(own, throughMultiplexer(operations, verdicts)) : own
    if (verdict === undefined) continue
    const before = number === last ? found.pop()?.verdict : undefined
    found.push({ number, verdict: join(before, verdict) ?? verdict })
    last = number
  }
  return found
}

function join(first: Verdict | undefined, second: Verdict | undefined): Verdict | undefined {
  if (first === undefined || second === undefined) return first ?? second
  return {
    always: first.always ?? second.always,
    sometimes: [...first.sometimes, ...second.sometimes],
  }
}

/**
 * A profile that names connect means socketcall(SYS_CONNECT, …) too. Rules with conditions are
 * left out: those arguments are in memory, where no filter can look.
 */
function throughMultiplexer(
  operations: readonly string[],
  verdicts: ReadonlyMap<string, Verdict>,
): Verdict | undefined {
  const sometimes = operations.flatMap((name, operation): Rule[] => {
    const returns = verdicts.get(name)?.always?.returns
    if (returns === undefined) return []
    const value = { high: 0, low: operation }
    const conditions = [{ index: 0, op: 'SCMP_CMP_EQ', value, valueTwo: zero }] as const
    return [{ conditions, returns }]
  })
  return sometimes.length === 0 ? undefined : { always: undefined, sometimes }
}

const zero = { high: 0, low: 0 }

/** Outcomes from a number on: of the verdicts, of the default between them, of `after` above. */
function ranges(
  named: readonly NumberedVerdict[],
  { from, after }: { readonly from: number; readonly after: number },
  abi: Abi,
  policy: Policy,
): Change[] {
  const changes: Change[] = []
  const change = (start: number, outcome: Outcome) =>
    changes.push({ start: start + abi.offset, outcome })
  let next = from
  for (const { number, verdict } of named) {
    if (number > next) change(next, policy.byDefault)
    change(number, outcomeOf(verdict, abi, policy))
    next = number + 1
  }
  change(next, after)
  return changes
}

function outcomeOf(
  { always, sometimes }: Verdict,
  { argumentBits }: Abi,
  { byDefault, chains }: Policy,
): Outcome {
  if (always !== undefined) return always.returns
  if (sometimes.length === 0) return byDefault
  const key = JSON.stringify([argumentBits, sometimes])
  const chain = chains.get(key) ?? { rules: sometimes, otherwise: byDefault, argumentBits }
  chains.set(key, chain)
  return chain
}

/** Calls of an ABI that the profile does not want, told by their numbers only. */
function refusal({ offset }: Abi, { forNewer }: Policy): Change[] {
  return [
    { start: offset, outcome: returnKillProcess },
    // Not a call: a tracer sets -1 to skip one, and the filter is asked once more after that.
    { start: 0xffffffff, outcome: forNewer },
  ]
}

function merge(changes: readonly Change[], { byDefault }: Policy): Omit<Section, 'auditArch'> {
  const before = (at: number) => changes[at - 1]?.outcome
  return {
    outcome: changes[0]?.outcome ?? byDefault,
    changes: changes.filter(({ outcome }, at) => at > 0 && outcome !== before(at)),
  }
}
