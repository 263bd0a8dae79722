// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stateText } from '../../../../core/hooks/bundle.ts'

const spec = { ociVersion: '1.2.0', root: { path: '/r' } }
const facts = { id: 'abc', bundle: '/b' }

describe('the state that hooks read', () => {
  it('names the container, its bundle and its process', () => {
    const annotations = { a: 'b' }
    const text = stateText({ ...spec, annotations }, 'creating', { ...facts, pid: 7 })
    const want = { ociVersion: '1.2.0', ...facts, status: 'creating', pid: 7, annotations }
    assert.deepEqual(JSON.parse(text), want)
  })

  it('has no process when there is none', () => {
    const text = stateText(spec, 'stopped', { ...facts, pid: undefined })
    const want = { ociVersion: '1.2.0', ...facts, status: 'stopped', annotations: {} }
    assert.deepEqual(JSON.parse(text), want)
  })
})
