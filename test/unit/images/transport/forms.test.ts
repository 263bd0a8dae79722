// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Form, type FormWish, formFor } from '../../../../images/transport/forms.ts'
import type { Transport } from '../../../../images/transport/reference.ts'

const wish: FormWish = { stored: 'oci', format: undefined, compress: true }
const docker = { ...wish, stored: 'docker' } as const

const rows: readonly [transport: Transport, wish: FormWish, want: Form][] = [
  ['oci', wish, { format: 'oci', layers: 'compressed' }],
  ['oci', docker, { format: 'oci', layers: 'compressed' }],
  ['oci-archive', { ...wish, compress: false }, { format: 'oci', layers: 'kept' }],
  ['dir', docker, { format: 'docker', layers: 'compressed' }],
  ['dir', { ...docker, format: 'oci' }, { format: 'oci', layers: 'compressed' }],
  ['docker-archive', wish, { format: 'docker', layers: 'plain' }],
]

describe('formFor', () => {
  for (const [transport, given, want] of rows) {
    it(`gives ${transport} ${want.format}, ${want.layers}, for ${JSON.stringify(given)}`, () => {
      assert.deepEqual(formFor(transport, given), want)
    })
  }

  it('refuses a format that the transport does not hold', () => {
    const refusal = (hint: RegExp) => ({ code: 'TRANSPORT_INVALID', message: /holds images/, hint })
    assert.throws(
      () => formFor('oci', { ...wish, format: 'docker' }),
      refusal(/docker-archive:, dir:/),
    )
    assert.throws(
      () => formFor('docker-archive', { ...wish, format: 'oci' }),
      refusal(/oci:, oci-archive:, dir:/),
    )
  })
})
