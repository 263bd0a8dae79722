// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { RuntimeSpec } from '../../../../../core/spec/schema.ts'
import { containerProcessState } from '../../../../../core/spec/seccomp/process-state.ts'
import type { LinuxSeccomp } from '../../../../../core/spec/seccomp/types.ts'

const stateOf = (spec: Partial<RuntimeSpec>, profile: Partial<LinuxSeccomp>): unknown =>
  JSON.parse(
    containerProcessState({
      spec: { ociVersion: '1.2.0', root: { path: '/r' }, ...spec },
      profile: { defaultAction: 'SCMP_ACT_NOTIFY', listenerPath: '/agent', ...profile },
      id: 'abc',
      pid: 42,
      bundle: '/bundle',
    }),
  )

const state = { ociVersion: '1.2.0', id: 'abc', status: 'creating', pid: 42, bundle: '/bundle' }

describe('containerProcessState', () => {
  it('has what the specification requires', () => {
    const want = { ociVersion: '1.2.0', fds: ['seccompFd'], pid: 42, state }
    assert.deepEqual(stateOf({}, {}), want)
    assert.deepEqual(stateOf({ annotations: {} }, {}), want)
  })

  it('hands on metadata and annotations', () => {
    const annotations = { 'a.b': 'c' }
    const want = {
      ociVersion: '1.2.0',
      fds: ['seccompFd'],
      pid: 42,
      metadata: '',
      state: { ...state, annotations },
    }
    assert.deepEqual(stateOf({ annotations }, { listenerMetadata: '' }), want)
  })
})
