// SPDX-License-Identifier: Apache-2.0
/** Directories in overlay's form, as one layer: what hides what, and what readers are told. */
import assert from 'node:assert/strict'
import {
  closeSync,
  constants,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, it } from 'node:test'
import { isHostRoot, scratchRoot, sys } from '../unpack/scratch-root.ts'
import { entriesOf, namesOf, pack } from './pack-tree.ts'

/**
 * A tree as a list: `d/` a directory, `d/ opaque` with the mark, `x gone` a whiteout, `x -> y` a
 * link, other names files.
 */
type Tree = readonly string[]

interface Case {
  readonly name: string
  /** Lowest first. */
  readonly trees: readonly Tree[]
  /** The names of the layer when there are others below, in order. */
  readonly above: readonly string[]
  /** When there are none. */
  readonly alone: readonly string[]
}

const cases: readonly Case[] = [
  {
    name: 'components are compared, not paths',
    trees: [['a/', 'a/x', 'a-b', 'a.b', 'a0', 'B', '\xff', 'a/y/', 'a/y/z']],
    above: ['B', 'a/', 'a/x', 'a/y/', 'a/y/z', 'a-b', 'a.b', 'a0', '\xff'],
    alone: ['B', 'a/', 'a/x', 'a/y/', 'a/y/z', 'a-b', 'a.b', 'a0', '\xff'],
  },
  {
    name: 'directories of the same name are one',
    trees: [
      ['d/', 'd/a', 'd/c', 'd/sub/', 'd/sub/1'],
      ['d/', 'd/b', 'd/sub/', 'd/sub/2'],
    ],
    above: ['d/', 'd/a', 'd/b', 'd/c', 'd/sub/', 'd/sub/1', 'd/sub/2'],
    alone: ['d/', 'd/a', 'd/b', 'd/c', 'd/sub/', 'd/sub/1', 'd/sub/2'],
  },
  {
    name: 'a whiteout hides its name below, and is told to readers',
    trees: [
      ['d/', 'd/x', 'y'],
      ['d/', 'd/x gone', 'y gone'],
    ],
    above: ['d/', 'd/.wh.x', '.wh.y'],
    alone: ['d/'],
  },
  {
    name: 'a whiteout hides a whole directory',
    trees: [['d/', 'd/x'], ['d gone']],
    above: ['.wh.d'],
    alone: [],
  },
  {
    name: 'a whiteout below what was made again means nothing for a file',
    trees: [['x gone'], ['x']],
    above: ['x'],
    alone: ['x'],
  },
  {
    name: 'a directory made again over a whiteout in the stack is opaque',
    trees: [['d/', 'd/old'], ['d gone'], ['d/', 'd/new']],
    above: ['d/', 'd/.wh..wh..opq', 'd/new'],
    alone: ['d/', 'd/new'],
  },
  {
    name: 'a directory in the place of a file of the stack is opaque',
    trees: [['d/', 'd/old'], ['d'], ['d/', 'd/new']],
    above: ['d/', 'd/.wh..wh..opq', 'd/new'],
    alone: ['d/', 'd/new'],
  },
  {
    name: 'a directory in the place of a link is opaque: nothing goes through the link',
    trees: [['d -> /etc'], ['d/', 'd/new']],
    above: ['d/', 'd/.wh..wh..opq', 'd/new'],
    alone: ['d/', 'd/new'],
  },
  {
    name: 'an opaque directory hides what is below it, and its mark comes first',
    trees: [
      ['d/', 'd/old'],
      ['d/ opaque', 'd/!'],
    ],
    above: ['d/', 'd/.wh..wh..opq', 'd/!'],
    alone: ['d/', 'd/!'],
  },
  {
    name: 'what lies above an opaque directory is seen in it',
    trees: [
      ['d/', 'd/1'],
      ['d/ opaque', 'd/2', 'd/3'],
      ['d/', 'd/3 gone', 'd/4'],
    ],
    above: ['d/', 'd/.wh..wh..opq', 'd/2', 'd/4'],
    alone: ['d/', 'd/2', 'd/4'],
  },
  {
    name: 'below an opaque directory there is nothing to hide',
    trees: [['d/ opaque', 'd/x gone', 'd/sub/ opaque', 'd/sub/y gone']],
    above: ['d/', 'd/.wh..wh..opq', 'd/sub/'],
    alone: ['d/', 'd/sub/'],
  },
  {
    name: 'a file hides a directory',
    trees: [['d/', 'd/x'], ['d']],
    above: ['d'],
    alone: ['d'],
  },
  {
    name: 'the root is never opaque, as in a mount',
    trees: [['a'], ['./ opaque', 'b']],
    above: ['a', 'b'],
    alone: ['a', 'b'],
  },
]

describe('packLayer, of several directories', () => {
  for (const { name, trees, above, alone } of cases) {
    it(name, async (t) => {
      const { base, dispose } = scratchRoot()
      t.after(dispose)
      const paths = trees.map((tree, index) => makeTree(`${base}/${index}`, tree))
      assert.deepEqual(await namesOf(pack(paths, { hasParent: true })), above)
      assert.deepEqual(await namesOf(pack(paths)), alone)
    })
  }

  it('gives the same bytes for a stack as for the tree that it shows', (t) => {
    const { base, dispose } = scratchRoot()
    t.after(dispose)
    const stack = [
      makeTree(`${base}/lower`, ['d/', 'd/x', 'd/y', 'gone', 'e/', 'e/1']),
      makeTree(`${base}/upper`, ['d/', 'd/x gone', 'd/z', 'gone gone', 'e/ opaque', 'e/2']),
    ]
    const shown = makeTree(`${base}/shown`, ['d/', 'd/y', 'd/z', 'e/', 'e/2'])
    const mtime = { kind: 'all', seconds: 0 } as const
    assert.ok(pack(stack, { mtime }).equals(pack(shown, { mtime })))
  })

  it('keeps links together within a tree, by the names that are seen', async (t) => {
    const { base, dispose } = scratchRoot()
    t.after(dispose)
    const lower = makeTree(`${base}/lower`, ['a', 'b = a', 'c = a', 'e'])
    const upper = makeTree(`${base}/upper`, ['a gone', 'd', 'e', 'f = e'])
    const entries = await entriesOf(pack([lower, upper], { hasParent: true }))
    const links = entries.map(({ type, path, linkTarget }) => `${type} ${path} ${linkTarget}`)
    const want = ['file .wh.a ', 'file b ', 'link c b', 'file d ', 'file e ', 'link f e']
    assert.deepEqual(links, want)
  })

  it('is not led out of a tree by a link', async (t) => {
    const { base, dispose } = scratchRoot()
    t.after(dispose)
    const outside = makeTree(`${base}/outside`, ['secret'])
    const lower = makeTree(`${base}/lower`, [`d -> ${outside}`, `e -> ${outside}`])
    const upper = makeTree(`${base}/upper`, ['d/', 'd/x'])
    assert.deepEqual(await namesOf(pack([lower, upper])), ['d/', 'd/x', 'e'])
  })
})

function makeTree(root: string, tree: Tree): string {
  mkdirSync(root)
  for (const line of tree) make(root, line)
  return root
}

const opaqueXattr = isHostRoot ? 'trusted.overlay.opaque' : 'user.overlay.opaque'

function make(root: string, line: string): void {
  const [name = '', kind, target = ''] = line.split(' ')
  const path = Buffer.from(`${root}/${name}`, 'latin1')
  if (kind === 'gone') {
    const fd = openSync(dirname(`${root}/${name}`), constants.O_DIRECTORY)
    sys.mknodat(fd, name.slice(name.lastIndexOf('/') + 1), constants.S_IFCHR, NO_DEVICE)
    closeSync(fd)
  } else if (kind === '->') symlinkSync(target, path)
  else if (kind === '=') linkSync(`${root}/${target}`, path)
  else if (name.endsWith('/')) mkdirSync(path, { recursive: true })
  else writeFileSync(path, 'x')
  if (kind === 'opaque') sys.lsetxattr(`${root}/${name}`, opaqueXattr, Buffer.from('y'))
}

const NO_DEVICE = { major: 0, minor: 0 }
