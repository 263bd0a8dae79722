// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseSubscriptions, subscriptionFiles } from '../../../../core/spec/subscriptions.ts'

describe('parseSubscriptions', () => {
  it('reads lines of one path or two, and passes over all else', () => {
    const text = '# comment\n\n /a:/b \n/c\nrelative:/d\n/e:/f:g'
    assert.deepEqual(parseSubscriptions(text), [
      { source: '/a', destination: '/b' },
      { source: '/c', destination: '/c' },
      { source: '/e', destination: '/f:g' },
    ])
  })
})

describe('subscriptionFiles', () => {
  const system = ['/etc/containers/mounts.conf', '/usr/share/containers/mounts.conf']
  const own = '/home/u/.config/containers/mounts.conf'

  it('begins with the user’s own, but not for root', () => {
    const home = '/home/u'
    assert.deepEqual(subscriptionFiles({ home, isHostRoot: false }), [own, ...system])
    assert.deepEqual(subscriptionFiles({ home, isHostRoot: true }), system)
    assert.deepEqual(subscriptionFiles({ home: undefined, isHostRoot: false }), system)
  })
})
