// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { processPlan, refuseLimits } from '../../../../core/runtime/process-plan.ts'
import { defaultCapabilities } from '../../../../core/spec/capabilities.ts'

describe('the plan of a process', () => {
  it('is the same for options that are not given', () => {
    const { capabilities, groups, rlimits, devices, shmSizeBytes, proxies } = processPlan({}, {})
    assert.deepEqual(capabilities, defaultCapabilities)
    assert.deepEqual([groups, rlimits, devices], [{ keep: false, names: [] }, [], []])
    assert.deepEqual([shmSizeBytes, proxies], [undefined, true])
  })

  it('begins with what the machine has for all', () => {
    const { capabilities, umask } = processPlan({}, { capabilities: ['kill'], umask: 0o77 })
    assert.deepEqual([capabilities, umask], [['CAP_KILL'], 0o77])
  })

  it('takes lists with commas', () => {
    const { capabilities } = processPlan({ capDrop: ['all'], capAdd: ['kill,cap_chown'] }, {})
    assert.deepEqual(capabilities, ['CAP_CHOWN', 'CAP_KILL'])
  })

  it('refuses a limit, unless it is none', () => {
    refuseLimits(processPlan({ pidsLimit: '-1', cpuQuota: '-1' }, {}).limits)
    const limits = { memory: '64m', cgroupParent: 'a' }
    assert.throws(() => refuseLimits(processPlan(limits, {}).limits), {
      code: 'RUNTIME_FAILED',
      message: /--memory, --cgroup-parent/,
      hint: /--runtime runc/,
    })
  })

  const isAppArmorOn = existsSync('/sys/kernel/security/apparmor/profiles')
  const refused: readonly { options: ContainerOptions; hint: RegExp }[] = [
    { options: { securityOpt: ['label=type:container_t'] }, hint: /label=disable/ },
    ...(isAppArmorOn ? [] : [{ options: { securityOpt: ['apparmor=x'] }, hint: /AppArmor/ }]),
  ]
  for (const { options, hint } of refused) {
    it(`refuses what no module would do: ${JSON.stringify(options)}`, () => {
      assert.throws(() => processPlan(options, {}), { code: 'RUNTIME_FAILED', hint })
    })
  }

  it('asks no module for nothing', () => {
    const { security } = processPlan({ securityOpt: ['label=disable', 'apparmor=unconfined'] }, {})
    assert.deepEqual([security.label, security.apparmor], [[], 'unconfined'])
  })
})
