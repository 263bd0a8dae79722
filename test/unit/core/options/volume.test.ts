// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AskedMount } from '../../../../core/options/asked-mount.ts'
import { parseVolume } from '../../../../core/options/volume.ts'

const bind = {
  kind: 'bind',
  source: '/a',
  destination: '/b',
  flags: ['rbind', 'rprivate'],
  isOwned: false,
  isRelabeled: false,
} as const
const overlay = { ...bind, kind: 'overlay', flags: [], kept: undefined } as const
const { isRelabeled: _, ...above } = overlay

const read: readonly (readonly [text: string, want: AskedMount])[] = [
  ['/a:/b', bind],
  ['/a:/b:', bind],
  ['/a:/b:rw', { ...bind, flags: ['rbind', 'rw', 'rprivate'] }],
  ['/a:/b:ro', { ...bind, flags: ['rbind', 'ro', 'rprivate'] }],
  ['/a\\:1:/b\\:2', { ...bind, source: '/a:1', destination: '/b:2' }],
  ['/a:/x/../b//c/./', { ...bind, destination: '/b/c' }],
  ['/a:/b:z', { ...bind, isRelabeled: true }],
  ['/a:/b:Z,U', { ...bind, isRelabeled: true, isOwned: true }],
  ['/a:/b:cached', bind],
  ['/a:/b:bind', { ...bind, flags: ['bind', 'rprivate'] }],
  ['/a:/b:rshared', { ...bind, flags: ['rbind', 'rshared'] }],
  [
    '/a:/b:nosuid,nodev,noexec',
    { ...bind, flags: ['rbind', 'nosuid', 'nodev', 'noexec', 'rprivate'] },
  ],
  ['/a:/b:O', above],
  ['/a:/b:O,U,ro,nodev', { ...above, isOwned: true, flags: ['ro', 'nodev'] }],
  ['/a:/b:O,upperdir=/u,workdir=/w', { ...above, kept: { upper: '/u', work: '/w' } }],
]

const refused: readonly (readonly [text: string, words: RegExp])[] = [
  ['', /not SOURCE:DESTINATION/],
  ['/a', /not SOURCE:DESTINATION/],
  [':/b', /not SOURCE:DESTINATION/],
  ['/a:', /not SOURCE:DESTINATION/],
  ['/a:/b:ro:rw', /not SOURCE:DESTINATION/],
  ['a:/b', /the source "a" is relative/],
  ['./a:/b', /the source ".\/a" is relative/],
  ['/a:b', /the destination "b" is relative/],
  ['/a:/', /on the root itself/],
  ['/a:/x/..', /on the root itself/],
  ['/a:/b:frob', /no option "frob"/],
  ['/a:/b:ro,rw', /only one of ro, rw is possible/],
  ['/a:/b:ro,ro', /only one of ro, rw/],
  ['/a:/b:exec,noexec', /only one of exec, noexec/],
  ['/a:/b:suid,nosuid', /only one of suid, nosuid/],
  ['/a:/b:dev,nodev', /only one of dev, nodev/],
  ['/a:/b:bind,rbind', /only one of bind, rbind/],
  ['/a:/b:z,Z', /only one of z, Z, O/],
  ['/a:/b:z,O', /only one of z, Z, O/],
  ['/a:/b:shared,rslave', /only one of private, rprivate, shared/],
  ['/a:/b:U,U', /only one of U/],
  ['/a:/b:upperdir=/u,workdir=/w', /belong together, and to O/],
  ['/a:/b:O,upperdir=/u', /belong together, and to O/],
  ['/a:/b:O,upperdir=/u,upperdir=/v,workdir=/w', /belong together/],
  ['/a:/b:O,upperdir=u,workdir=/w', /the source "u" is relative/],
  ['/a:/b:idmap', /id-mapped volumes/],
]

describe('parseVolume', () => {
  for (const [text, want] of read)
    it(`reads ${text}`, () => assert.deepEqual(parseVolume(text), want))

  for (const [text, message] of refused)
    it(`refuses ${JSON.stringify(text)}, and says what is right`, () => {
      assert.throws(() => parseVolume(text), { code: 'USAGE', message, hint: /./ })
    })
})
