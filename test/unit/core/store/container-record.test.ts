// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseContainerRecord } from '../../../../core/store/container-record.ts'

const id = 'a'.repeat(64)
const record = {
  version: 1,
  id,
  name: 'working-container',
  image: null,
  created: '2026-01-02T03:04:05.000Z',
  driver: 'overlay',
  base: [{ diffId: `sha256:${'e'.repeat(64)}`, sizeBytes: 1, snapshots: ['b'.repeat(64)] }],
  layers: ['b'.repeat(64)],
  active: 'c'.repeat(64),
  config: { Env: ['A=1'], Labels: { a: 'b' }, ExposedPorts: { '80/tcp': {} }, Unknown: [1] },
  properties: { architecture: 'amd64', os: 'linux', 'x-unknown': { kept: true } },
  createdBy: '',
}

const wrong: readonly (readonly [name: string, change: object, field: string])[] = [
  ['an id that is a path', { id: '../../etc' }, 'id'],
  ['a layer that is a path', { layers: ['../x'] }, 'layers'],
  ['a layer of the image without a digest', { base: [{ snapshots: [] }] }, 'base'],
  ['no active snapshot', { active: undefined }, 'active'],
  ['an active snapshot in capitals', { active: 'C'.repeat(64) }, 'active'],
  ['another driver', { driver: 'vfs' }, 'driver'],
  ['a name that is none', { name: 7 }, 'name'],
  ['an image without a name', { image: { id } }, 'image'],
  ['an environment that is text', { config: { Env: 'A=1' } }, 'config'],
  ['a variable that is a number', { config: { Env: [1] } }, 'config'],
  ['a user that is a number', { config: { User: 0 } }, 'config'],
  ['labels in a list', { config: { Labels: ['a'] } }, 'config'],
  ['no properties', { properties: null }, 'properties'],
]

describe('parseContainerRecord', () => {
  it('keeps what it does not know', () => {
    assert.deepEqual(parseContainerRecord(JSON.stringify(record), 'file'), record)
  })

  for (const [name, change, field] of wrong) {
    it(`refuses ${name}`, () => {
      const text = JSON.stringify({ ...record, ...change })
      const message = `cannot use file: its field "${field}" is wrong`
      assert.throws(() => parseContainerRecord(text, 'file'), { code: 'STORE_CORRUPT', message })
    })
  }

  it('refuses text that is cut off', () => {
    const text = JSON.stringify(record).slice(0, -9)
    const hint = 'restore the file, or remove it and make again what it described'
    assert.throws(() => parseContainerRecord(text, 'file'), { code: 'STORE_CORRUPT', hint })
  })

  it('refuses a newer version, whatever its fields are', () => {
    const text = JSON.stringify({ version: 2 })
    const message = 'file has version 2, this tsbuild knows version 1'
    const hint = /use the newer tsbuild that wrote it/
    assert.throws(() => parseContainerRecord(text, 'file'), { code: 'STORE_NEWER', message, hint })
  })
})
