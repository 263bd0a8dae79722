// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stringifySpec } from '../../../../core/spec/print.ts'
import type { RuntimeSpec } from '../../../../core/spec/schema.ts'

const least: RuntimeSpec = { ociVersion: '1.2.0', root: { path: 'rootfs' } }

const cases: readonly { readonly name: string; readonly spec: RuntimeSpec }[] = [
  { name: 'the least there can be', spec: least },
  { name: 'empty lists and objects', spec: { ...least, mounts: [], linux: {}, annotations: {} } },
  {
    name: 'lists in lists, and text that must be escaped',
    spec: {
      ...least,
      mounts: [{ destination: '/a"\n', options: ['ro', 'bind'] }],
      annotations: { '\\"': '{"a": [1]}\u2028' },
      process: { cwd: '/', terminal: false, rlimits: [{ type: 'RLIMIT_AS', soft: 0, hard: 1 }] },
    },
  },
]

describe('stringifySpec', () => {
  for (const { name, spec } of cases) {
    it(`writes ${name} as JSON.stringify does`, () => {
      assert.equal(stringifySpec(spec), JSON.stringify(spec, undefined, 2))
    })
  }

  it('writes a bigint with all its digits', () => {
    const limit = { type: 'RLIMIT_AS', soft: 2n ** 53n + 1n, hard: 2n ** 64n - 1n }
    const text = stringifySpec({ ...least, process: { cwd: '/', rlimits: [limit] } })
    assert.match(text, /"soft": 9007199254740993,\n\s+"hard": 18446744073709551615\n/)
  })
})
