// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseDevice } from '../../../../core/options/device.ts'

describe('a device', () => {
  const rows = [
    { word: '/dev/fuse', path: '/dev/fuse', access: 'rwm' },
    { word: '/dev/fuse:rw', path: '/dev/fuse', access: 'rw' },
    { word: '/dev/fuse:/dev/x', path: '/dev/x', access: 'rwm' },
    { word: '/dev/fuse:/dev/x:mr', path: '/dev/x', access: 'mr' },
  ]
  for (const { word, path, access } of rows) {
    it(`of ${word}`, () => {
      assert.deepEqual(parseDevice(word), { hostPath: '/dev/fuse', path, access })
    })
  }

  const wrong = [
    { word: '', hint: /\/dev\/NAME/ },
    { word: 'dev/fuse', hint: /\/dev\/NAME/ },
    { word: '/dev/fuse:x:rw', hint: /absolute/ },
    { word: '/dev/fuse:/dev/x:q', hint: /r, w and m/ },
    { word: '/dev/fuse:rr', hint: /each once/ },
    { word: '/dev/fuse:', hint: /r, w and m/ },
    { word: '/dev/a:/dev/b:rw:x', hint: /absolute/ },
    { word: '/dev/\0', hint: /\/dev\/NAME/ },
    { word: 'vendor.com/class=name', hint: /Container Device Interface/ },
  ]
  for (const { word, hint } of wrong) {
    it(`is not ${JSON.stringify(word)}`, () => {
      assert.throws(() => parseDevice(word), { code: 'USAGE', message: /--device/, hint })
    })
  }
})
