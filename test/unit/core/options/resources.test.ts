// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { parseResources } from '../../../../core/options/resources.ts'

describe('the limits of resources', () => {
  const rows: readonly {
    readonly options: ContainerOptions
    readonly want: object
    readonly asked: readonly string[]
  }[] = [
    { options: {}, want: {}, asked: [] },
    {
      options: { memory: '64m' },
      want: { memory: { limit: 64 << 20 } },
      asked: ['--memory'],
    },
    {
      options: { memory: '64m', memorySwap: '128m' },
      want: { memory: { limit: 64 << 20, swap: 128 << 20 } },
      asked: ['--memory', '--memory-swap'],
    },
    {
      options: { memory: '64m', memorySwap: '-1' },
      want: { memory: { limit: 64 << 20, swap: -1 } },
      asked: ['--memory', '--memory-swap'],
    },
    { options: { memory: '0', memorySwap: '-1' }, want: {}, asked: [] },
    {
      options: { cpuPeriod: '100000', cpuQuota: '50000', cpuShares: '512' },
      want: { cpu: { period: 100_000, quota: 50_000, shares: 512 } },
      asked: ['--cpu-period', '--cpu-quota', '--cpu-shares'],
    },
    { options: { cpuPeriod: '0', cpuQuota: '-1', cpuShares: '0' }, want: {}, asked: [] },
    {
      options: { cpusetCpus: '0-2,4', cpusetMems: '0' },
      want: { cpu: { cpus: '0-2,4', mems: '0' } },
      asked: ['--cpuset-cpus', '--cpuset-mems'],
    },
    { options: { cpusetCpus: '', cpusetMems: '' }, want: {}, asked: [] },
    { options: { pidsLimit: '10' }, want: { pids: { limit: 10 } }, asked: ['--pids-limit'] },
    { options: { pidsLimit: '-1' }, want: {}, asked: [] },
    { options: { pidsLimit: '0' }, want: {}, asked: [] },
  ]
  for (const { options, want, asked } of rows) {
    it(`of ${JSON.stringify(options)}`, () => {
      const parsed = parseResources(options)
      assert.deepEqual(parsed, { resources: want, cgroupParent: undefined, asked })
    })
  }

  it('may be those of a parent', () => {
    const { cgroupParent, asked } = parseResources({ cgroupParent: '/machine.slice' })
    assert.deepEqual(
      { cgroupParent, asked },
      { cgroupParent: '/machine.slice', asked: ['--cgroup-parent'] },
    )
  })

  const wrong: readonly (readonly [options: ContainerOptions, hint: RegExp])[] = [
    [{ memory: 'much' }, /64m/],
    [{ memory: '5m' }, /6m/],
    [{ memorySwap: '10m' }, /--memory as well/],
    [{ memory: '100m', memorySwap: '10m' }, /--memory or more/],
    [{ cpuPeriod: '999' }, /1000 to 1000000/],
    [{ cpuPeriod: '1000001' }, /1000 to 1000000/],
    [{ cpuQuota: '999' }, /1000 or more/],
    [{ cpuQuota: '-2' }, /1000 or more/],
    [{ cpuShares: '1' }, /2 to 262144/],
    [{ cpuShares: 'half' }, /2 to 262144/],
    [{ cpusetCpus: '0-' }, /0-2,4/],
    [{ cpusetCpus: '3-1' }, /0-2,4/],
    [{ cpusetMems: 'a' }, /0-2,4/],
    [{ pidsLimit: '-2' }, /1 to/],
    [{ pidsLimit: '1.5' }, /1 to/],
    [{ cgroupParent: 'a/../../b' }, /\/sys\/fs\/cgroup/],
  ]
  for (const [options, hint] of wrong) {
    it(`are not ${JSON.stringify(options)}`, () => {
      assert.throws(() => parseResources(options), { code: 'USAGE', message: /option "--/, hint })
    })
  }
})
