// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { listNamespaces, mountRights } from '../../../../core/spec/namespaces.ts'

const flat = {
  user: 'host',
  pid: 'private',
  ipc: 'private',
  uts: 'private',
  network: 'private',
  cgroup: 'private',
} as const
const nested = { ...flat, user: 'private' } as const
const path = '/proc/7/ns/ipc'

describe('listNamespaces', () => {
  it('lists what is not shared, with the path of what exists', () => {
    const namespaces = listNamespaces({ ...nested, network: 'host', ipc: { path } })
    assert.deepEqual(namespaces, [
      { type: 'user' },
      { type: 'mount' },
      { type: 'pid' },
      { type: 'ipc', path },
      { type: 'uts' },
      { type: 'cgroup' },
    ])
  })

  it('has no user namespace where it is shared', () => {
    const types = listNamespaces(flat).map(({ type }) => type)
    assert.deepEqual(types, ['mount', 'pid', 'ipc', 'uts', 'network', 'cgroup'])
  })
})

const cases = [
  { name: 'all of its own', sources: nested, want: 'sysfs proc mqueue' },
  { name: 'a network of the host', sources: { ...nested, network: 'host' }, want: 'proc mqueue' },
  {
    name: 'a network that exists',
    sources: { ...nested, network: { path: '/proc/7/ns/net' } },
    want: 'proc mqueue',
  },
  { name: 'the processes of the host', sources: { ...nested, pid: 'host' }, want: 'sysfs mqueue' },
  { name: 'the queues of the host', sources: { ...nested, ipc: 'host' }, want: 'sysfs proc' },
  {
    name: 'no user namespace and the network of the host',
    sources: { ...flat, network: 'host', pid: 'host', ipc: 'host' },
    want: 'sysfs proc mqueue',
  },
] as const

describe('mountRights', () => {
  for (const { name, sources, want } of cases)
    it(`of a container with ${name}: ${want}`, () => {
      const rights = mountRights(listNamespaces(sources))
      const allowed = Object.entries(rights).flatMap(([key, may]) => (may ? [key] : []))
      assert.equal(allowed.map((key) => key.replace('Allowed', '')).join(' '), want)
    })
})
