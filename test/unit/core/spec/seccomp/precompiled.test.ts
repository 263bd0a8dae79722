// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultCapabilities } from '../../../../../core/spec/capabilities.ts'
import { compileSeccomp } from '../../../../../core/spec/seccomp/compile.ts'
import {
  type Precompiled,
  precompiledSeccomp,
} from '../../../../../core/spec/seccomp/precompiled.ts'
import { defaultSeccomp } from '../../../../../core/spec/seccomp/profile.ts'
import { repository } from '../../../../harness/repository.ts'

/** A script without types of its own. */
const script: { precompileSeccomp: () => Promise<Precompiled> } = await import(
  `${repository}/scripts/lib/seccomp.mjs`
)
const built = await script.precompileSeccomp()

describe('precompiledSeccomp', () => {
  for (const machine of ['x64', 'arm64'] as const)
    it(`is what compiling gives, on ${machine}`, () => {
      const profile = defaultSeccomp({ capabilities: defaultCapabilities, arch: machine })
      const want = compileSeccomp(profile, machine)
      const reversed = defaultCapabilities.toReversed()
      const got = precompiledSeccomp(reversed, machine, built)
      assert.deepEqual(got, want)
    })

  it('is nothing for other capabilities', () => {
    assert.equal(precompiledSeccomp(['CAP_CHOWN'], 'x64', built), undefined)
    const other = [...defaultCapabilities.slice(1), 'CAP_SYS_ADMIN']
    assert.equal(precompiledSeccomp(other, 'x64', built), undefined)
  })

  it('is nothing without a bundle', () => {
    assert.equal(precompiledSeccomp(defaultCapabilities, 'x64', undefined), undefined)
  })
})
