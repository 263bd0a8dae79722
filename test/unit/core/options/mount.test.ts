// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { AskedMount } from '../../../../core/options/asked-mount.ts'
import { askedMounts, checkMounts } from '../../../../core/options/asked-mounts.ts'
import { parseMount } from '../../../../core/options/mount.ts'

const bind = {
  kind: 'bind',
  source: '/a',
  destination: '/b',
  flags: ['rbind', 'ro', 'rprivate'],
  isOwned: false,
  isRelabeled: false,
} as const
const tmpfs = { kind: 'tmpfs', destination: '/b', flags: [] as string[], isOwned: false } as const

const base = 'type=bind,source=/a,destination=/b'
const memory = 'type=tmpfs,dst=/b'

const read: readonly (readonly [text: string, want: AskedMount])[] = [
  [base, bind],
  ['source=/a,target=/b', bind],
  ['type=bind,src=/a,dst=/b', bind],
  [`${base},ro`, { ...bind, flags: ['rbind', 'ro', 'rprivate'] }],
  [`${base},readonly=true`, { ...bind, flags: ['rbind', 'ro', 'rprivate'] }],
  [`${base},readonly=false`, { ...bind, flags: ['rbind', 'rw', 'rprivate'] }],
  [`${base},rw=false`, { ...bind, flags: ['rbind', 'ro', 'rprivate'] }],
  [`${base},rw`, { ...bind, flags: ['rbind', 'rw', 'rprivate'] }],
  [
    `${base},nosuid,nodev,noexec`,
    { ...bind, flags: ['rbind', 'nosuid', 'nodev', 'noexec', 'ro', 'rprivate'] },
  ],
  [`${base},bind-propagation=rshared`, { ...bind, flags: ['rbind', 'ro', 'rshared'] }],
  [`${base},slave`, { ...bind, flags: ['rbind', 'slave', 'ro'] }],
  [`${base},bind-nonrecursive`, { ...bind, flags: ['ro', 'bind', 'rprivate'] }],
  [`${base},relabel=shared`, { ...bind, isRelabeled: true }],
  [`${base},relabel=private,U`, { ...bind, isRelabeled: true, isOwned: true }],
  [`${base},z`, { ...bind, isRelabeled: true }],
  [`${base},Z`, { ...bind, isRelabeled: true }],
  [`${base},consistency=cached`, bind],
  [memory, tmpfs],
  [`${memory},tmpfs-size=64m`, { ...tmpfs, flags: ['size=64m'] }],
  [`${memory},tmpfs-mode=0700,ro`, { ...tmpfs, flags: ['ro', 'mode=0700'] }],
  [`${memory},tmpcopyup`, { ...tmpfs, flags: ['tmpcopyup'] }],
  [`${memory},tmpcopyup,notmpcopyup`, tmpfs],
  [
    `${memory},nosuid,nodev,noexec,U`,
    { ...tmpfs, isOwned: true, flags: ['nosuid', 'nodev', 'noexec'] },
  ],
]

const refused: readonly (readonly [text: string, message: RegExp])[] = [
  ['', /"" is no option|no option ""|has no source/],
  ['type=bind', /has no source/],
  ['type=bind,source=/a', /has no destination/],
  ['type=bind,source=,destination=/b', /has no source/],
  ['type=tmpfs', /has no destination/],
  ['type=volume,source=a,destination=/b', /no type "volume"/],
  ['type=cache,destination=/b', /no type "cache"/],
  ['type=secret,id=a', /no type "secret"/],
  ['type=ssh', /no type "ssh"/],
  ['type=frob,destination=/b', /no type "frob"/],
  ['source=a,destination=/b', /the source "a" is relative/],
  ['source=/a,destination=b', /the destination "b" is relative/],
  [`${base},frob`, /no option "frob"/],
  [`${base},frob=1`, /"frob" is no option that has a value/],
  [`${base},ro=maybe`, /"ro" is no option that has a value/],
  [`${base},ro,rw`, /only one of ro, rw/],
  [`${base},bind-nonrecursive,rbind`, /only one of bind, rbind/],
  [`${base},shared,bind-propagation=slave`, /only one of private/],
  [`${base},bind-propagation=frob`, /no option "frob"/],
  [`${base},relabel=frob`, /relabel cannot be "frob"/],
  [`${base},O`, /for volumes/],
  [`${base},tmpfs-size=1m`, /"tmpfs-size" is no option/],
  [`${memory},source=/a`, /"source" is no option/],
  [`${memory},tmpfs-size=big`, /"big" is no size/],
  [`${memory},tmpfs-mode=9`, /"9" is no mode/],
  [`${memory},rshared`, /rshared means nothing for a tmpfs/],
]

describe('parseMount', () => {
  for (const [text, want] of read)
    it(`reads ${text}`, () => assert.deepEqual(parseMount(text), want))

  for (const [text, message] of refused)
    it(`refuses ${JSON.stringify(text)}, and says what is right`, () => {
      assert.throws(() => parseMount(text), { code: 'USAGE', message, hint: /./ })
    })

  it('names the place where a type is possible', () => {
    assert.throws(() => parseMount('type=cache,target=/b'), { hint: /RUN --mount=type=cache/ })
  })
})

describe('checkMounts', () => {
  it('takes what has different destinations', () => {
    checkMounts({ volume: ['/a:/b', '/a:/c'], mount: ['type=tmpfs,dst=/d'] })
    checkMounts({})
  })

  for (const options of [
    { volume: ['/a:/b', '/c:/b/'] },
    { volume: ['/a:/b'], mount: ['type=tmpfs,dst=/x/../b'] },
  ])
    it(`refuses a destination that is named twice: ${JSON.stringify(options)}`, () => {
      assert.throws(() => checkMounts(options), { code: 'USAGE', message: /two mounts for \/b/ })
    })

  it('is about one command: several add up', () => {
    const { volumes } = askedMounts({ volume: ['/a:/b', '/c:/b'] })
    assert.equal(volumes.length, 2)
  })
})
