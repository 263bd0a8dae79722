// SPDX-License-Identifier: Apache-2.0
/** What of a directory is in its layer. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { isHostRoot, scratchRoot, sys } from '../unpack/scratch-root.ts'
import { entriesOf, namesOf, pack } from './pack-tree.ts'

/** Makes directories to pack. */
function setUp(t: TestContext) {
  const { base, dispose } = scratchRoot()
  t.after(dispose)
  const directory = (name: string) => {
    const path = `${base}/${name}`
    mkdirSync(path)
    return path
  }
  return { directory }
}

describe('a layer', () => {
  it('has an entry for the root only if its attributes were changed', async (t) => {
    const { directory } = setUp(t)
    const [parent, child] = [directory('parent'), directory('child')]
    assert.deepEqual(await namesOf(pack(child)), [])
    chmodSync(child, 0o700)
    assert.deepEqual(await namesOf(pack(child)), ['./'])
    chmodSync(parent, 0o700)
    const below = { hasParent: true, parent: { fs: parent } }
    assert.deepEqual(await namesOf(pack(child, below)), [])
    sys.lsetxattr(child, 'user.x', Buffer.from('1'))
    assert.deepEqual(await namesOf(pack(child, below)), ['./'])
    sys.lsetxattr(parent, 'user.x', Buffer.from('2'))
    assert.deepEqual(await namesOf(pack(child, below)), ['./'])
    sys.lsetxattr(parent, 'user.x', Buffer.from('1'))
    assert.deepEqual(await namesOf(pack(child, below)), [])
  })

  it('leaves sockets out', async (t) => {
    const { directory } = setUp(t)
    const source = directory('source')
    const server = createServer()
    t.after(() => server.close())
    await new Promise<void>((resolve) => server.listen(`${source}/socket`, resolve))
    assert.deepEqual(await namesOf(pack(source)), [])
  })

  it('refuses names that say "removed" to readers', (t) => {
    const { directory } = setUp(t)
    const source = directory('source')
    mkdirSync(`${source}/d`)
    writeFileSync(`${source}/d/.wh.x`, '')
    assert.throws(() => pack(source), {
      code: 'PATH_INVALID',
      message: 'cannot pack "d/.wh.x"',
      hint: /another name/,
    })
  })

  it('refuses paths that nothing can unpack', (t) => {
    const { directory } = setUp(t)
    const [source, other] = [directory('source'), directory('other')]
    const half = Array.from({ length: 9 }, () => 'n'.repeat(250)).join('/')
    mkdirSync(`${source}/${half}`, { recursive: true })
    mkdirSync(`${other}/${half}`, { recursive: true })
    renameSync(other, `${source}/${half}/other`)
    try {
      const want = { code: 'PATH_INVALID', message: /^cannot pack "nnn/, hint: /so deep/ }
      assert.throws(() => pack(source), want)
    } finally {
      execFileSync('rm', ['-r', source]) // which goes down step by step
    }
  })

  it('keeps attributes that mean the same elsewhere, and no other', async (t) => {
    const { directory } = setUp(t)
    const source = directory('source')
    writeFileSync(`${source}/file`, '')
    sys.lsetxattr(`${source}/file`, 'system.posix_acl_access', ACL)
    for (const name of ['user.kept', 'user.overlay.origin', 'user.tsbuild.other']) {
      sys.lsetxattr(`${source}/file`, name, Buffer.from('x'))
    }
    if (isHostRoot) sys.lsetxattr(`${source}/file`, 'trusted.x', Buffer.from('x'))
    const [entry] = await entriesOf(pack(source))
    const kept = [...(entry?.xattrs ?? [])].map(([name, value]) => [name, value.toString('hex')])
    assert.deepEqual(kept, [
      ['system.posix_acl_access', ACL.toString('hex')],
      ['user.kept', '78'],
    ])
  })

  const at = (seconds: number, nanoseconds = 0) => ({ seconds, nanoseconds })
  const own = [at(-2, 500_000_000), at(4, 999_999_999), at(5, 1), at(9)]
  const times = [
    ['all of them', { kind: 'all', seconds: 5 }, [at(5), at(5), at(5), at(5)]],
    ['later ones', { kind: 'clamp', seconds: 5 }, [own[0], own[1], at(5), at(5)]],
    ['none', undefined, own],
  ] as const
  for (const [name, mtime, want] of times) {
    it(`gives a time to ${name}`, async (t) => {
      const { directory } = setUp(t)
      const source = directory('source')
      const fd = openSync(source, constants.O_DIRECTORY)
      t.after(() => closeSync(fd))
      for (const [index, time] of own.entries()) {
        writeFileSync(`${source}/${index}`, '')
        sys.utimensat(fd, `${index}`, time)
      }
      const entries = await entriesOf(pack(source, { mtime }))
      assert.deepEqual(
        entries.map((entry) => entry.mtime),
        want,
      )
    })
  }
})

/** rw- for the owner, rwx for user 0, r-- for the others. @see acl(5), linux/posix_acl_xattr.h */
const ACL = Buffer.from(
  ['02000000', '01000600ffffffff', '0200070000000000', '04000400ffffffff']
    .concat(['10000700ffffffff', '20000400ffffffff'])
    .join(''),
  'hex',
)
