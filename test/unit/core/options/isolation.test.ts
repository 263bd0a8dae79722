// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type IsolationRequest, isolationOf } from '../../../../core/options/isolation.ts'

const said = (one: Partial<IsolationRequest>): IsolationRequest => ({
  ...{ option: undefined, env: {}, isRoot: false },
  ...one,
})
const both = { TSBUILD_ISOLATION: 'chroot', BUILDAH_ISOLATION: 'oci' }

const cases = [
  { name: 'a user has rootless', request: said({}), want: 'rootless' },
  { name: 'root has oci', request: said({ isRoot: true }), want: 'oci' },
  {
    name: 'the option counts before the environment',
    request: said({ option: 'rootless', env: both }),
    want: 'rootless',
  },
  { name: 'our variable before buildah’s', request: said({ env: both }), want: 'chroot' },
  {
    name: 'buildah’s, where ours is empty',
    request: said({ env: { ...both, TSBUILD_ISOLATION: '' } }),
    want: 'oci',
  },
  {
    name: 'default is the default',
    request: said({ env: { BUILDAH_ISOLATION: 'default' } }),
    want: 'rootless',
  },
] as const

describe('isolationOf', () => {
  for (const { name, request, want } of cases)
    it(name, () => assert.equal(isolationOf(request), want))

  it('names what is wrong in the option', () => {
    assert.throws(() => isolationOf(said({ option: 'jail' })), {
      code: 'USAGE',
      message: 'option "--isolation": there is no isolation "jail"',
      hint: /oci, rootless, chroot/,
    })
  })

  it('names the variable that is wrong', () => {
    assert.throws(() => isolationOf(said({ env: { BUILDAH_ISOLATION: 'jail' } })), {
      code: 'USAGE',
      message: 'the variable BUILDAH_ISOLATION: there is no isolation "jail"',
    })
  })
})
