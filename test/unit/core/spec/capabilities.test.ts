// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import {
  type CapabilityChoice,
  capabilityMask,
  capabilityNumbers,
  defaultCapabilities,
  everyCapability,
  isCapability,
  resolveCapabilities,
} from '../../../../core/spec/capabilities.ts'

const unknownName = (error: unknown) => error instanceof TsbuildError && error.code === 'USAGE'

describe('capabilityNumbers', () => {
  it('counts from 0 to 40 without a gap', () => {
    const numbers = Object.values(capabilityNumbers)
    assert.deepEqual(numbers, [...Array(41).keys()])
  })
})

describe('capabilityMask', () => {
  const cases = [
    { name: 'nothing', names: [], want: 0n },
    {
      name: 'the first and the last',
      names: ['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE'],
      want: 1n | (1n << 40n),
    },
    { name: 'short and lower-case names', names: ['sys_admin', 'cap_sys_admin'], want: 1n << 21n },
    { name: 'what buildah 1.28 gives a container', names: defaultCapabilities, want: 0x800405fbn },
  ]
  for (const { name, names, want } of cases) {
    it(`is right for ${name}`, () => assert.equal(capabilityMask(names), want))
  }

  it('refuses a name that only exists on every object', () => {
    assert.equal(isCapability('constructor'), false)
    assert.throws(() => capabilityMask(['CAP_MOON']), unknownName)
  })
})

describe('resolveCapabilities', () => {
  interface Case extends Omit<CapabilityChoice, 'available'> {
    readonly name: string
    readonly available?: bigint
    readonly want: readonly string[]
  }
  const all = Object.keys(capabilityNumbers)
  const cases: readonly Case[] = [
    { name: 'keeps the base', base: ['CAP_KILL'], add: [], drop: [], want: ['CAP_KILL'] },
    {
      name: 'sorts by number, each once',
      base: ['CAP_SYS_ADMIN', 'CAP_CHOWN'],
      add: ['chown', 'CAP_KILL'],
      drop: [],
      want: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN'],
    },
    { name: 'adds all', base: [], add: ['ALL'], drop: [], want: all },
    {
      name: 'adds all that are there',
      base: [],
      add: ['all'],
      drop: [],
      available: 0b100001n,
      want: ['CAP_CHOWN', 'CAP_KILL'],
    },
    { name: 'drops all', base: defaultCapabilities, add: [], drop: ['all'], want: [] },
    {
      name: 'drops one of all',
      base: [],
      add: ['all'],
      drop: ['net_raw'],
      want: all.filter((name) => name !== 'CAP_NET_RAW'),
    },
    { name: 'drops what was added', base: [], add: ['KILL'], drop: ['CAP_KILL'], want: [] },
    {
      name: 'adds one to dropped all',
      base: defaultCapabilities,
      add: ['KILL'],
      drop: ['all'],
      want: ['CAP_KILL'],
    },
  ]
  for (const { name, want, available = everyCapability, ...choice } of cases) {
    it(name, () => assert.deepEqual(resolveCapabilities({ ...choice, available }), want))
  }

  it('refuses to add one that is not there, unless it is dropped as well', () => {
    const choice = { base: [], add: ['KILL'], drop: [], available: 1n }
    const want = { code: 'RUNTIME_FAILED', message: /CAP_KILL/, hint: /outer container/ }
    assert.throws(() => resolveCapabilities(choice), want)
    assert.deepEqual(resolveCapabilities({ ...choice, drop: ['kill'] }), [])
  })

  it('knows which name was meant', () => {
    const choice = { base: [], add: ['SYS_PTRAEC'], drop: [], available: everyCapability }
    assert.throws(() => resolveCapabilities(choice), { code: 'USAGE', hint: /"SYS_PTRACE"/ })
  })

  for (const side of ['base', 'add', 'drop'] as const) {
    it(`refuses an unknown name in ${side}`, () => {
      const nothing = { base: [], add: [], drop: [], available: everyCapability }
      const choice = { ...nothing, [side]: ['SYS_MOON'] }
      assert.throws(() => resolveCapabilities(choice), unknownName)
    })
  }
})
