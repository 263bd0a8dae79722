// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { normalizeReference, shortName } from '../../../images/reference.ts'

const cases: readonly (readonly [name: string, text: string, want: string | RegExp])[] = [
  ['a word is ours, and the latest', 'debian', 'localhost/debian:latest'],
  ['a tag is kept', 'debian:12.7', 'localhost/debian:12.7'],
  ['a path without a registry is ours', 'tools/debian', 'localhost/tools/debian:latest'],
  ['localhost is a registry', 'localhost/a/b', 'localhost/a/b:latest'],
  ['a first part with a dot is one', 'quay.io/a/b:1', 'quay.io/a/b:1'],
  ['a first part with a colon is one', 'host:5000/a', 'host:5000/a:latest'],
  ['a registry may have capitals and an address', '[::1]:5000/a:B', '[::1]:5000/a:B'],
  ['separators between letters', 'x/a.b/c__d/e-f---g', 'localhost/x/a.b/c__d/e-f---g:latest'],
  ['capitals are refused, with the small form as hint', 'Debian', /has capital letters/],
  ['a separator at the end is refused', 'debian-', /has the part "debian-"/],
  ['two dots are refused', 'a..b', /has the part "a..b"/],
  ['empty text is refused', '', /has an empty part/],
  ['an empty part is refused', 'a//b', /has an empty part/],
  ['a registry alone is refused', 'localhost/', /has an empty part/],
  ['a bad registry is refused', '-x.io/a', /no valid registry in "-x.io"/],
  ['an empty tag is refused', 'debian:', /no valid tag in ""/],
  ['a tag of 129 characters is refused', `a:${'t'.repeat(129)}`, /no valid tag/],
  ['a digest is refused', `a@sha256:${'0'.repeat(64)}`, /has a digest/],
  ['a name of 256 characters is refused', 'n'.repeat(246), /longer than 255/],
  ['spaces and line ends are refused', 'a b\n', /has the part "a b\n"/],
]

describe('normalizeReference', () => {
  for (const [name, text, want] of cases) {
    it(name, () => {
      if (typeof want === 'string') {
        assert.equal(normalizeReference(text), want)
        assert.equal(normalizeReference(want), want)
      } else {
        const expected = { code: 'REFERENCE_INVALID', message: want, hint: /./ }
        assert.throws(() => normalizeReference(text), expected)
      }
    })
  }
})

describe('shortName', () => {
  for (const [reference, want] of [
    ['localhost/debian:12', 'debian'],
    ['host:5000/a/tool', 'tool'],
  ] as const) {
    it(`of ${reference}`, () => assert.equal(shortName(reference), want))
  }
})
