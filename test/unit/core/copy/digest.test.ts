// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  chmodSync,
  closeSync,
  constants,
  cpSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { digestSelection } from '../../../../core/copy/digest.ts'
import { openStatIndex } from '../../../../core/copy/stat-index.ts'
import { sys } from '../../images/unpack/scratch-root.ts'
import { setUpCopying } from './copying.ts'

function makeContext(root: string): void {
  mkdirSync(join(root, 'd/sub'), { recursive: true })
  writeFileSync(join(root, 'd/file'), 'content')
  writeFileSync(join(root, 'd/large'), Buffer.alloc(2_500_000, 'large'))
  writeFileSync(join(root, 'd/empty'), '')
  symlinkSync('file', join(root, 'd/link'))
}

const same: readonly (readonly [what: string, change: (root: string) => void])[] = [
  ['times', (root) => utimesSync(join(root, 'd/file'), 1, 1)],
  ['set-id bits, which it loses', (root) => chmodSync(join(root, 'd/file'), 0o4644)],
  ['what is beside it', (root) => writeFileSync(join(root, 'other'), '')],
]

const different: readonly (readonly [what: string, change: (root: string) => void])[] = [
  ['bytes', (root) => writeFileSync(join(root, 'd/file'), 'Content')],
  ['a byte at the end of much', (root) => writeFileSync(join(root, 'd/large'), 'x', { flag: 'a' })],
  ['a mode', (root) => chmodSync(join(root, 'd/file'), 0o600)],
  ['the mode of a directory', (root) => chmodSync(join(root, 'd/sub'), 0o700)],
  ['a name', (root) => renameSync(join(root, 'd/file'), join(root, 'd/File'))],
  ['the place of a file', (root) => renameSync(join(root, 'd/empty'), join(root, 'd/sub/empty'))],
  ['a further file', (root) => writeFileSync(join(root, 'd/sub/new'), '')],
  ['an attribute', (root) => sys.lsetxattr(join(root, 'd/file'), 'user.x', Buffer.from('1'))],
  ['one of a directory', (root) => sys.lsetxattr(join(root, 'd/sub'), 'user.x', Buffer.from('1'))],
  [
    'the target of a link',
    (root) => {
      rmSync(join(root, 'd/link'))
      symlinkSync('empty', join(root, 'd/link'))
    },
  ],
  [
    'a file that becomes a pipe',
    (root) => {
      rmSync(join(root, 'd/empty'))
      const fd = openSync(join(root, 'd'), constants.O_RDONLY | constants.O_DIRECTORY)
      sys.mknodat(fd, 'empty', constants.S_IFIFO | 0o644, { major: 0, minor: 0 })
      closeSync(fd)
    },
  ],
]

describe('the digest of a selection', () => {
  for (const [rows, changes] of [
    [same, false],
    [different, true],
  ] as const) {
    for (const [what, change] of rows) {
      it(`${changes ? 'changes' : 'does not change'} with ${what}`, (t) => {
        const { context, digest } = setUpCopying(t)
        makeContext(context)
        const before = digest(['d'])
        change(context)
        assert.equal(digest(['d']) !== before, changes)
      })
    }
  }

  it('changes with the owner and the mode it is to get', (t) => {
    const { context, digest } = setUpCopying(t)
    makeContext(context)
    const chown = { uid: 1, gid: 2 }
    const chmod = () => 0o600
    const digests = [{}, { chown }, { chmod }, { chown, chmod }]
    assert.equal(new Set(digests.map((options) => digest(['d'], options))).size, 4)
    assert.equal(digest(['d'], { chown: { uid: 0, gid: 0 } }), digest(['d']))
  })

  it('is the same for the same files elsewhere, of which some have two names', (t) => {
    const { context, base, origin, digest } = setUpCopying(t)
    makeContext(context)
    cpSync(context, join(base, 'copy'), { recursive: true, verbatimSymlinks: true })
    rmSync(join(base, 'copy/d/empty'))
    writeFileSync(join(base, 'empty'), '')
    linkSync(join(base, 'empty'), join(base, 'copy/d/empty'))
    const there = { ...origin, root: join(base, 'copy') }
    assert.equal(digest(['d'], {}, there), digest(['d']))
  })

  it('is the same with an index, which spares reading', (t) => {
    const { context, select, digest } = setUpCopying(t)
    makeContext(context)
    const asked: bigint[] = []
    const plain = openStatIndex(undefined)
    const index = {
      ...plain,
      add: (...args: Parameters<typeof plain.add>) => {
        asked.push(args[0].size)
        plain.add(args[0], args[1], args[2] + 10_000)
      },
    }
    const digests = [1, 2].map(() => {
      const selection = select(['d'])
      try {
        return digestSelection(selection, { index })
      } finally {
        selection.close()
      }
    })
    assert.deepEqual(digests, [digest(['d']), digest(['d'])])
    assert.deepEqual(asked, [0n, 7n, 2_500_000n])
  })

  it('names the source when something of it is gone or cannot be read', (t) => {
    const { context, select } = setUpCopying(t)
    makeContext(context)
    const selection = select(['d'])
    t.after(() => selection.close())
    rmSync(join(context, 'd/file'))
    const error = { code: 'PATH_INVALID', message: 'cannot copy "d"', hint: /can read/ }
    assert.throws(() => digestSelection(selection, {}), error)
  })
})
