// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { type DnsOptions, dnsOptions } from '../../../../core/options/dns.ts'
import { type AddedHost, addedHost } from '../../../../core/options/hosts.ts'

describe('--add-host', () => {
  const rows: readonly (readonly [option: string, want: AddedHost])[] = [
    ['box:192.0.2.7', { names: ['box'], address: '192.0.2.7' }],
    ['a;b.c:192.0.2.7', { names: ['a', 'b.c'], address: '192.0.2.7' }],
    ['box:2001:db8::7', { names: ['box'], address: '2001:db8::7' }],
    ['box:::1', { names: ['box'], address: '::1' }],
    ['box:[::1]', { names: ['box'], address: '::1' }],
    ['box:host-gateway', { names: ['box'], address: 'host-gateway' }],
  ]
  for (const [option, want] of rows)
    it(`of ${option}`, () => assert.deepEqual(addedHost(option), want))

  const wrong = ['', 'box', ':192.0.2.7', 'box:', 'box:name', 'a;:1.2.3.4', 'a b:1.2.3.4']
  for (const option of [...wrong, 'a#:1.2.3.4', 'a:1.2.3.4\n5.6.7.8', 'a\nb:1.2.3.4', 'a:1.2.3'])
    it(`is not ${JSON.stringify(option)}`, () => {
      assert.throws(() => addedHost(option), { code: 'USAGE', hint: /host-gateway/ })
    })
})

describe('--dns, --dns-search and --dns-option', () => {
  const nothing = { keep: false, servers: undefined, search: undefined, options: undefined }
  const rows: readonly (readonly [given: ContainerOptions, want: Partial<DnsOptions>])[] = [
    [{}, {}],
    [{ dns: ['192.0.2.1', '::1'] }, { servers: ['192.0.2.1', '::1'] }],
    [{ dns: ['none'] }, { keep: true }],
    [{ dns: ['None', 'none'] }, { keep: true }],
    [{ dnsSearch: ['example.org', 'lan'] }, { search: ['example.org', 'lan'] }],
    [{ dnsSearch: ['.'] }, { search: [] }],
    [{ dnsSearch: ['.', 'lan'] }, { search: [] }],
    [{ dnsOption: ['ndots:3', 'trust-ad'] }, { options: ['ndots:3', 'trust-ad'] }],
  ]
  for (const [given, want] of rows)
    it(`of ${JSON.stringify(given)}`, () => {
      assert.deepEqual(dnsOptions(given), { ...nothing, ...want })
    })

  const wrong: readonly ContainerOptions[] = [
    { dns: ['name'] },
    { dns: [''] },
    { dns: ['192.0.2.1\nnameserver 192.0.2.2'] },
    { dns: ['none', '192.0.2.1'] },
    { dns: ['none'], dnsSearch: ['lan'] },
    { dns: ['none'], dnsOption: ['debug'] },
    { dnsSearch: ['a b'] },
    { dnsSearch: [''] },
    { dnsSearch: ['a\nb'] },
    { dnsOption: ['a b'] },
    { dnsOption: [''] },
  ]
  for (const given of wrong)
    it(`are not ${JSON.stringify(given)}`, () => {
      assert.throws(() => dnsOptions(given), { code: 'USAGE', hint: /--dns/ })
    })
})
