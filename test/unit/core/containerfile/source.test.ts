// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sourceError } from '../../../../core/containerfile/source.ts'

const file = { name: 'sub/Containerfile', lines: ['one', 'two', 'x'.repeat(500), 'four'] }

describe('an error at a place', () => {
  it('says which, keeps its code, cause, status and hint, and cuts long lines', () => {
    const cause = new Error('why')
    const context = { code: 'RUNTIME_FAILED', cause, exitCode: 3, hint: 'try' } as const
    const error = sourceError(file, { startLine: 2, endLine: 3 }, 'it failed', context)
    const { code, message, exitCode, hint } = error
    assert.deepEqual(
      { code, message, exitCode, hint },
      {
        code: 'RUNTIME_FAILED',
        message: 'sub/Containerfile:2: it failed',
        exitCode: 3,
        hint: 'try',
      },
    )
    assert.equal(error.cause, cause)
    const long = `>>> 3 | ${'x'.repeat(160)}…`
    assert.equal(error.excerpt, ['    1 | one', '>>> 2 | two', long, '    4 | four'].join('\n'))
  })

  it('has no excerpt of an empty file', () => {
    const { excerpt } = sourceError({ name: 'x', lines: [] }, { startLine: 1, endLine: 1 }, 'bad')
    assert.equal(excerpt, undefined)
  })
})
