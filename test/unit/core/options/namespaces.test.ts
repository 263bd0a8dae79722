// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { type NamespaceChoices, namespaceChoices } from '../../../../core/options/namespaces.ts'

const cases: readonly { options: ContainerOptions; want: NamespaceChoices }[] = [
  { options: {}, want: {} },
  { options: { pid: 'private' }, want: { pid: 'private' } },
  { options: { pid: 'container' }, want: { pid: 'private' } },
  { options: { ipc: '' }, want: { ipc: 'private' } },
  { options: { uts: 'host', cgroupns: 'host' }, want: { uts: 'host', cgroup: 'host' } },
  { options: { userns: 'ns:/proc/7/ns/user' }, want: { user: { path: '/proc/7/ns/user' } } },
  { options: { pid: '/proc/7/ns/pid' }, want: { pid: { path: '/proc/7/ns/pid' } } },
  { options: { ipc: 'container:web:1' }, want: { ipc: { container: 'web:1' } } },
]

describe('namespaceChoices', () => {
  for (const { options, want } of cases)
    it(`reads ${JSON.stringify(options)}`, () => assert.deepEqual(namespaceChoices(options), want))

  for (const value of ['hosts', 'ns:', 'ns:proc/7/ns/pid', 'container:', './pid', 'ns:/a\0b'])
    it(`refuses ${JSON.stringify(value)}`, () => {
      assert.throws(() => namespaceChoices({ pid: value }), {
        code: 'USAGE',
        message: /option "--pid": .* is no namespace/,
        hint: /private, host, ns:\/PATH or container:NAME/,
      })
    })
})
