// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { outline } from '../../../cli/outline.ts'

describe('outline', () => {
  it('indents what belongs to a name', () => {
    const facts = {
      host: { kernel: '6.1', uid: 1000 },
      maps: [
        { from: 0, size: 1 },
        { from: 1, size: 2 },
      ],
      drivers: ['overlay', 'copy'],
      network: { tun: true, pasta: false, slirp4netns: null },
      none: {},
      empty: [],
    }
    const lines = `host:
  kernel: 6.1
  uid: 1000
maps:
  -
    from: 0
    size: 1
  -
    from: 1
    size: 2
drivers:
  - overlay
  - copy
network:
  tun: yes
  pasta: no
  slirp4netns: none
none: none
empty: none`
    assert.equal(outline(facts), lines)
  })

  it('does not let a value drive the terminal', () => {
    assert.equal(outline({ name: '\x1b[2J' }), 'name: \\x1b[2J')
  })
})
