// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import type { IdRights } from '../../../../core/spec/id-maps.ts'
import {
  type AccountFiles,
  checkUserMapped,
  type ResolvedUser,
  resolveUser,
} from '../../../../core/spec/user.ts'

const passwd = [
  '# comment:x:1:1::/:',
  'root:x:0:0:root:/root:/bin/sh',
  '',
  'broken:x:nan:1::/:/bin/sh',
  'short:x:7',
  ':x:8:8::/nameless:',
  'huge:x:4294967295:0::/:',
  'www-data:x:33:33:www:/var/www:/usr/sbin/nologin',
  'bare:x:40:41',
  'app:x:1000:1001:App:/home/app:/bin/sh',
  'app:x:2000:2000:again:/again:/bin/sh',
  '1234:x:50:51:a number for a name:/odd:',
].join('\n')

const group = [
  'root:x:0:',
  'www:x:33:www-data',
  'staff:x:50:root,app',
  'bad:x:no:app',
  'almost:x:51:apple,myapp',
  'docker:x:999:app,app',
  'docker:x:998:nobody',
  'twice:x:999:app',
].join('\n')

const files: AccountFiles = { passwd, group }
const noFiles: AccountFiles = { passwd: undefined, group: undefined }

interface Resolved {
  readonly wanted: string
  readonly files: AccountFiles
  readonly want: ResolvedUser
}

/** @param more additional groups beside its own, which is always one of them */
const user = (uid: number, gid: number, more: number[], home: string, name: string) => ({
  uid,
  gid,
  additionalGids: [gid, ...more],
  home,
  name,
})

const resolved: readonly Resolved[] = [
  { wanted: '', files, want: user(0, 0, [50], '/root', 'root') },
  { wanted: '', files: noFiles, want: user(0, 0, [], '/', '0') },
  { wanted: ':', files, want: user(0, 0, [], '/root', 'root') },
  { wanted: 'app', files, want: user(1000, 1001, [50, 999], '/home/app', 'app') },
  { wanted: 'app:', files, want: user(1000, 1001, [], '/home/app', 'app') },
  { wanted: '1000', files, want: user(1000, 1001, [50, 999], '/home/app', 'app') },
  { wanted: '0001000', files, want: user(1000, 1001, [50, 999], '/home/app', 'app') },
  { wanted: 'app:docker', files, want: user(1000, 999, [], '/home/app', 'app') },
  { wanted: 'app:5', files, want: user(1000, 5, [], '/home/app', 'app') },
  { wanted: '1000:www', files, want: user(1000, 33, [], '/home/app', 'app') },
  { wanted: ':www', files, want: user(0, 33, [], '/root', 'root') },
  { wanted: ':7', files: noFiles, want: user(0, 7, [], '/', '0') },
  { wanted: '77:78', files: noFiles, want: user(77, 78, [], '/', '77') },
  { wanted: '77', files, want: user(77, 0, [], '/', '77') },
  { wanted: '1234', files, want: user(1234, 0, [], '/', '1234') },
  { wanted: 'bare', files, want: user(40, 41, [], '/', 'bare') },
  { wanted: '4294967294', files, want: user(4294967294, 0, [], '/', '4294967294') },
]

const refused = [
  { wanted: 'nobody', files, message: /user "nobody": it is not in \/etc\/passwd/ },
  { wanted: 'root', files: noFiles, message: /user "root": the image has no \/etc\/passwd/ },
  { wanted: 'app:nogroup', files, message: /group "nogroup": it is not in \/etc\/group/ },
  { wanted: '5:x', files: noFiles, message: /group "x": the image has no \/etc\/group/ },
  { wanted: 'broken', files, message: /user "broken": it is not in/ },
  { wanted: 'short', files, message: /user "short": it is not in/ },
  { wanted: 'huge', files, message: /user "huge": it is not in/ },
  { wanted: '#comment', files, message: /user "#comment"/ },
  { wanted: 'app:bad', files, message: /group "bad"/ },
  { wanted: 'a:b:c', files, message: /user "a"/ },
  { wanted: '0:0:0', files, message: /group "0:0"/ },
  { wanted: '4294967295', files, message: /"4294967295": no such id/ },
  { wanted: '0:4294967296', files, message: /"4294967296": no such id/ },
  { wanted: '-1', files, message: /user "-1"/ },
]

describe('resolveUser', () => {
  for (const { wanted, files: given, want } of resolved) {
    it(`knows ${JSON.stringify(wanted)}${given === noFiles ? ' without files' : ''}`, () => {
      assert.deepEqual(resolveUser(wanted, given), want)
    })
  }
  for (const { wanted, files: given, message } of refused) {
    it(`refuses ${JSON.stringify(wanted)}${given === noFiles ? ' without files' : ''}`, () => {
      assert.throws(
        () => resolveUser(wanted, given),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'USER_UNKNOWN' &&
          error.hint !== undefined &&
          message.test(error.message),
      )
    })
  }

  it('refuses more groups than setgroups takes', () => {
    const lines = Array.from({ length: 65_537 }, (_, gid) => `g:x:${gid}:app`)
    assert.throws(
      () => resolveUser('app', { passwd, group: lines.join('\n') }),
      /groups of user "app": 65537 of them/,
    )
  })

  const mebibyte = 1024 * 1024
  const hostile = [
    { name: 'one line', text: 'a'.repeat(mebibyte) },
    { name: 'only newlines', text: '\n'.repeat(mebibyte) },
    { name: 'only colons', text: ':'.repeat(mebibyte) },
    { name: 'only digits', text: `app:x:${'9'.repeat(mebibyte)}:0::/:` },
    { name: 'only members', text: `g:x:no:${'app,'.repeat(mebibyte / 4)}` },
    { name: 'many accounts', text: 'app2:x:9:9:app:app:app\n'.repeat(mebibyte / 24) },
  ]
  for (const { name, text } of hostile) {
    it(`reads 1 MiB of ${name} in linear time`, () => {
      const started = performance.now()
      const unlisted = { passwd: text, group: text }
      assert.throws(() => resolveUser('app', unlisted), /look up user "app"/)
      const { additionalGids } = resolveUser('app', { passwd, group: text })
      assert.deepEqual(additionalGids, [1001])
      const elapsedMs = performance.now() - started
      assert.ok(elapsedMs < 5000, `${elapsedMs} ms`) // a quadratic one takes minutes
    })
  }
})

describe('checkUserMapped', () => {
  const none: IdRights = { rung: 1, uidMap: [], gidMap: [], hostUid: 0 }
  const single: IdRights = {
    rung: 4,
    uidMap: [{ containerId: 0, hostId: 1000, size: 1 }],
    gidMap: [{ containerId: 0, hostId: 1000, size: 1 }],
    hostUid: 1000,
  }
  const range: IdRights = {
    rung: 3,
    uidMap: [...single.uidMap, { containerId: 1, hostId: 100000, size: 65536 }],
    gidMap: [...single.gidMap, { containerId: 1, hostId: 100000, size: 100 }],
    hostUid: 1000,
  }
  const root = user(0, 0, [1, 2], '/root', 'root')

  const kept = [
    { name: 'any user without a user namespace', rights: none, user: user(7, 9, [4e9], '/', '7') },
    { name: 'the last mapped uid and gid', rights: range, user: user(65536, 100, [], '/', 'x') },
  ]
  for (const { name, rights, user: given } of kept) {
    it(`keeps ${name}`, () => assert.deepEqual(checkUserMapped(given, rights), given))
  }

  it('leaves out groups that are not mapped', () => {
    const given = { ...root, additionalGids: [1, 101, 100] }
    assert.deepEqual(checkUserMapped(given, range).additionalGids, [1, 100])
  })

  it('leaves out all groups where setgroups is denied', () => {
    const given = { ...root, additionalGids: [0, 1] }
    assert.deepEqual(checkUserMapped(given, single), { ...root, additionalGids: [] })
  })

  const missing = [
    {
      name: 'a uid with a single id',
      rights: single,
      user: user(33, 33, [], '/', 'www-data'),
      message: /run as user "www-data" \(33:33\): uid 33 is not mapped/,
      hint: /add "1000:100000:65536" to \/etc\/subuid and \/etc\/subgid/,
    },
    {
      name: 'a gid with a single id',
      rights: single,
      user: user(0, 5, [], '/', 'root'),
      message: /gid 5 is not mapped/,
      hint: /newuidmap/,
    },
    {
      name: 'a uid behind the range',
      rights: range,
      user: user(65537, 0, [], '/', 'x'),
      message: /uid 65537 is not mapped/,
      hint: /give user 1000 a larger range in \/etc\/subuid/,
    },
    {
      name: 'a gid behind the range of another rung',
      rights: { ...range, rung: 2 },
      user: user(1, 101, [], '/', 'x'),
      message: /gid 101 is not mapped/,
      hint: /the user namespace that tsbuild was started in/,
    },
  ] satisfies readonly { rights: IdRights; [key: string]: unknown }[]
  for (const { name, rights, user: given, message, hint } of missing) {
    it(`refuses ${name}`, () => {
      assert.throws(
        () => checkUserMapped(given, rights),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'USER_UNMAPPED' &&
          error.exitCode === 125 &&
          message.test(error.message) &&
          hint.test(error.hint ?? ''),
      )
    })
  }
})
