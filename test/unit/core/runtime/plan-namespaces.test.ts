// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type NamespaceRequest, planNamespaces } from '../../../../core/runtime/plan-namespaces.ts'

const usual: NamespaceRequest = {
  isolation: 'rootless',
  choices: {},
  network: 'private',
  user: 'private',
  hasCgroups: true,
  pathOf: (container, type) => `/proc/7/ns/${type}-of-${container}`,
}
const all = 'user mount pid ipc uts network cgroup'

const cases: readonly { name: string; change: Partial<NamespaceRequest>; want: string }[] = [
  { name: 'a user has all', change: {}, want: all },
  { name: 'root has no user namespace', change: { user: 'host' }, want: all.slice(5) },
  {
    name: 'a kernel without cgroup namespaces has none',
    change: { hasCgroups: false, choices: { cgroup: 'private' } },
    want: 'user mount pid ipc uts network',
  },
  {
    name: 'what is shared is left out',
    change: { network: 'host', choices: { pid: 'host', ipc: 'host', cgroup: 'host' } },
    want: 'user mount uts',
  },
  {
    name: 'what exists has its path',
    change: { network: { path: '/run/netns/a' }, choices: { uts: { path: '/run/uts' } } },
    want: 'user mount pid ipc uts=/run/uts network=/run/netns/a cgroup',
  },
  {
    name: 'a container has paths',
    change: { choices: { ipc: { container: 'web' } }, user: { container: 'web' } },
    want: 'user=/proc/7/ns/user-of-web mount pid ipc=/proc/7/ns/ipc-of-web uts network cgroup',
  },
  {
    name: 'chroot shares all but mounts and name',
    change: { isolation: 'chroot', choices: { pid: 'host' } },
    want: 'mount uts',
  },
]

describe('planNamespaces', () => {
  for (const { name, change, want } of cases)
    it(name, () => {
      const { namespaces, ignored } = planNamespaces({ ...usual, ...change })
      const shown = namespaces.map(({ type, path }) =>
        path === undefined ? type : `${type}=${path}`,
      )
      assert.equal(shown.join(' '), want)
      assert.deepEqual(ignored, [])
    })

  it('names the options that chroot leaves without effect', () => {
    const choices = { pid: 'private', ipc: 'host', uts: 'host', user: { path: '/x' } } as const
    const { ignored } = planNamespaces({ ...usual, isolation: 'chroot', choices })
    assert.deepEqual(ignored, ['--uts', '--pid', '--userns'])
  })
})
