// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultSysctls, sysctlPath } from '../../../../core/spec/sysctls.ts'

const own = [{ type: 'network' }, { type: 'ipc' }]

const cases = [
  { name: 'net.ipv4.ping_group_range', want: '/proc/sys/net/ipv4/ping_group_range' },
  { name: 'net/ipv4/conf/eth0.5/forwarding', want: '/proc/sys/net/ipv4/conf/eth0.5/forwarding' },
  { name: 'net.ipv4.conf.eth0/5.forwarding', want: '/proc/sys/net/ipv4/conf/eth0.5/forwarding' },
  { name: 'kernel.shmmax', want: '/proc/sys/kernel/shmmax' },
  { name: 'fs.mqueue.msg_max', want: '/proc/sys/fs/mqueue/msg_max' },
  { name: 'kernel.hostname', want: /no uts namespace of its own/ },
  { name: 'kernel.core_pattern', want: /belongs to no namespace/ },
  { name: 'vm.swappiness', want: /belongs to no namespace/ },
  { name: 'net', want: /belongs to no namespace/ },
  { name: 'net/../kernel/core_pattern', want: /belongs to no namespace/ },
  { name: 'net..ipv4', want: /belongs to no namespace/ },
  { name: 'fs.mqueue.../x', want: /belongs to no namespace/ },
  { name: '', want: /belongs to no namespace/ },
]

describe('sysctlPath', () => {
  for (const { name, want } of cases)
    it(`of ${JSON.stringify(name)}`, () => {
      if (typeof want === 'string') assert.equal(sysctlPath(name, own), want)
      else
        assert.throws(() => sysctlPath(name, own), {
          code: 'SPEC_INVALID',
          message: want,
          hint: /net\.\*/,
        })
    })

  it('refuses what belongs to a namespace that is shared or joined', () => {
    for (const namespaces of [[], [{ type: 'network', path: '/run/netns/a' }]]) {
      assert.throws(() => sysctlPath('net.core.somaxconn', namespaces), /no network namespace/)
    }
  })
})

describe('the sysctls of containers.conf', () => {
  const lines = [
    'net.ipv4.ip_unprivileged_port_start = 80',
    'net.ipv4.ping_group_range=0 0',
    'net.ipv4.tcp_rmem=1 2=3',
    'net.no_such=1',
    'vm.swappiness=1',
    'net.ipv4.nothing=',
    'nonsense',
  ]
  const isThere = (path: string) => !path.endsWith('no_such')

  it('are those that belong to the container and that the kernel has', () => {
    const want = { 'net.ipv4.ip_unprivileged_port_start': '80', 'net.ipv4.tcp_rmem': '1 2=3' }
    assert.deepEqual(defaultSysctls(lines, own, isThere), want)
  })

  it('are none where the container has no namespace of its own', () => {
    assert.deepEqual(defaultSysctls(lines, [], isThere), {})
  })
})
