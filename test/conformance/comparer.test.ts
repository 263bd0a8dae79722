// SPDX-License-Identifier: Apache-2.0
/** What compares images finds every kind of difference, and flattens layers as containers do. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { compareImages } from './support/compare-images.ts'
import { comparableConfig, type RawConfig } from './support/image-config.ts'
import { flatten, type ImageTree, type TreeEntry } from './support/image-tree.ts'
import type { Image } from './support/oci-layout.ts'

const builtSince = new Date('2026-01-01T00:00:00Z')
const past = 1_000_000_000
const file: TreeEntry = {
  type: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeSeconds: past,
  xattrs: {},
  content: 'ab',
  links: [],
}

interface Row {
  readonly name: string
  readonly mine: Partial<TreeEntry> | undefined
  readonly other: Partial<TreeEntry> | undefined
  /** Words of the sentences, in order. */
  readonly want: readonly RegExp[]
}

const rows: readonly Row[] = [
  { name: 'nothing', mine: {}, other: {}, want: [] },
  { name: 'an extra path', mine: {}, other: undefined, want: [/^\/f: a file 0644 0:0 that/] },
  { name: 'a missing path', mine: undefined, other: { uid: 7 }, want: [/^\/f: missing.* 7:0$/] },
  {
    name: 'a type',
    mine: { type: 'fifo', content: '' },
    other: {},
    want: [/^\/f: type fifo, theirs file$/, /content/],
  },
  { name: 'a mode', mine: { mode: 0o4755 }, other: {}, want: [/mode 4755, theirs 0644/] },
  {
    name: 'the mode of a link, which has none',
    mine: { type: 'symlink', mode: 0o777 },
    other: { type: 'symlink', mode: 0o755 },
    want: [],
  },
  { name: 'a user', mine: { uid: 5 }, other: {}, want: [/uid 5, theirs 0/] },
  { name: 'a group', mine: {}, other: { gid: 6 }, want: [/gid 0, theirs 6/] },
  {
    name: 'a time that was copied',
    mine: { mtimeSeconds: past + 1 },
    other: {},
    want: [/mtimeSeconds 1000000001, theirs 1000000000/],
  },
  {
    name: 'a time that only one has copied',
    mine: { mtimeSeconds: 1_800_000_000 },
    other: {},
    want: [/mtimeSeconds made by the build, theirs 1000000000/],
  },
  {
    name: 'times that the builds made',
    mine: { mtimeSeconds: 1_800_000_000 },
    other: { mtimeSeconds: 1_800_000_005 },
    want: [],
  },
  {
    name: 'an extended attribute',
    mine: { xattrs: { 'user.a': '00ff' } },
    other: { xattrs: { 'user.a': '00fe' } },
    want: [/xattrs {"user.a":"00ff"}, theirs {"user.a":"00fe"}/],
  },
  { name: 'bytes', mine: { content: 'cd' }, other: {}, want: [/content cd, theirs ab/] },
  { name: 'hard links', mine: { links: ['f', 'g'] }, other: {}, want: [/links f = g, theirs $/] },
]

describe('comparing images finds', () => {
  for (const { name, mine, other, want } of rows) {
    it(name, () => {
      const pair = { ours: imageOf(mine), theirs: imageOf(other) }
      const { differences } = compareImages(pair, { builtSince, exclusions: [] })
      assert.equal(differences.length, want.length, differences.join('\n'))
      for (const [index, pattern] of want.entries()) assert.match(differences[index] ?? '', pattern)
    })
  }

  const configs: readonly { readonly field: string; readonly raw: Partial<RawConfig> }[] = [
    { field: 'architecture', raw: { architecture: 'arm64' } },
    { field: 'os', raw: { os: 'plan9' } },
    { field: 'author', raw: { author: 'me' } },
    { field: 'user', raw: { config: { User: 'me' } } },
    { field: 'workingDir', raw: { config: { WorkingDir: '/' } } },
    { field: 'stopSignal', raw: { config: { StopSignal: '9' } } },
    { field: 'env', raw: { config: { Env: ['A=1'] } } },
    { field: 'cmd', raw: { config: { Cmd: [] } } },
    { field: 'entrypoint', raw: { config: { Entrypoint: ['e'] } } },
    { field: 'labels', raw: { config: { Labels: { a: 'b' } } } },
    { field: 'exposedPorts', raw: { config: { ExposedPorts: { '80/tcp': {} } } } },
    { field: 'volumes', raw: { config: { Volumes: { '/v': {} } } } },
    { field: 'history', raw: { history: [{ created_by: 'x', empty_layer: true }] } },
  ]
  for (const { field, raw } of configs) {
    it(`${field} of the config`, () => {
      const pair = { ours: imageOf(undefined, raw), theirs: imageOf(undefined) }
      const { differences } = compareImages(pair, { builtSince, exclusions: [] })
      assert.equal(differences.length, 1)
      assert.match(differences[0] ?? '', new RegExp(`^config ${field}: `))
    })
  }

  it('all but what is excluded, and says what was', () => {
    const pair = { ours: imageOf({ mode: 0o600, uid: 9 }), theirs: imageOf({}) }
    const modes = { path: /^f$/, field: 'mode', reason: 'a reason' } as const
    const others = { path: /^g$/, reason: 'another' }
    const exclusions = [modes, others]
    const { differences, hidden } = compareImages(pair, { builtSince, exclusions })
    assert.deepEqual(differences, ['/f: uid 9, theirs 0'])
    assert.deepEqual([...hidden.keys()], [modes])
  })
})

const imageOf = (entry: Partial<TreeEntry> | undefined, raw: Partial<RawConfig> = {}): Image => ({
  config: comparableConfig({ rootfs: { diff_ids: [] }, ...raw }),
  tree: new Map(entry === undefined ? [] : [['f', { ...file, ...entry }]]),
})

describe('layers over each other', () => {
  const lower = 'mkdir -p d/sub && echo 1 > d/a && ln d/a d/b && echo 2 > d/sub/c && ln -s a d/s'
  const cases: readonly { name: string; upper: string; want: readonly string[] }[] = [
    {
      name: 'add',
      upper: 'mkdir n && touch n/x',
      want: ['d', 'd/a', 'd/b', 'd/s', 'd/sub', 'd/sub/c', 'n', 'n/x'],
    },
    {
      name: 'remove a file',
      upper: 'mkdir d && touch d/.wh.a',
      want: ['d', 'd/b', 'd/s', 'd/sub', 'd/sub/c'],
    },
    { name: 'remove a folder', upper: 'touch .wh.d', want: [] },
    { name: 'empty a folder', upper: 'mkdir d && touch d/.wh..wh..opq d/z', want: ['d', 'd/z'] },
    { name: 'put a file where a folder was', upper: 'touch d', want: ['d'] },
    {
      name: 'put a folder where a file was',
      upper: 'mkdir -p d/a/n',
      want: ['d', 'd/a', 'd/a/n', 'd/b', 'd/s', 'd/sub', 'd/sub/c'],
    },
  ]
  for (const { name, upper, want } of cases) {
    it(name, () => assert.deepEqual([...treeOf(lower, upper).keys()].sort(), ['', ...want]))
  }

  it('keep types, owners, times, attributes, long names and links', () => {
    const long = 'l'.repeat(150)
    const tree = treeOf(
      `${lower} && mkfifo -m 640 p && touch -d @5 d/a && mkdir ${long} && touch ${long}/${long}`,
    )
    const { links, mtimeSeconds, uid } = tree.get('d/a') ?? {}
    assert.deepEqual(
      { links, mtimeSeconds, uid },
      { links: ['d/a', 'd/b'], mtimeSeconds: 5, uid: 5_000_000 },
    )
    assert.deepEqual(tree.get('d/b'), tree.get('d/a'))
    assert.equal(tree.get('d/s')?.content, 'a')
    assert.equal(tree.get('p')?.type, 'fifo')
    assert.equal(tree.get(`${long}/${long}`)?.type, 'file')
  })
})

/** Each script makes the files of a layer; GNU tar packs them. */
function treeOf(...scripts: readonly string[]): ImageTree {
  const folder = mkdtempSync(join(tmpdir(), 'tsbuild-layers-'))
  try {
    return flatten(
      scripts.map((script, index) => {
        const options = '--format=pax --owner=:5000000 --group=:6 -cf - .'
        const text = `mkdir ${index} && cd ${index} && (${script}) && tar ${options}`
        return execFileSync('sh', ['-euc', text], { cwd: folder, maxBuffer: 1 << 24 })
      }),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
