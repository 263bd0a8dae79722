// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { add } from '../../../core/add.ts'
import { commit } from '../../../core/commit.ts'
import { configure } from '../../../core/config.ts'
import { from } from '../../../core/from.ts'
import { TsbuildError } from '../../../core/lib/errors.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { makeTar, type TarFields, tarEntry } from '../images/tar/make-tar.ts'
import { mayMount, testContext } from './store/test-context.ts'
import { changeIn, leftovers, readIn, snapshotsIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'requires root, of a user namespace at least'

/** A container `c` above a layer with a few files, and a directory with things to add. */
async function setUp(t: TestContext) {
  const context = testContext()
  const sources = mkdtempSync(join(tmpdir(), 'tsbuild-add-test-'))
  t.after(() => {
    context.dispose()
    rmSync(sources, { recursive: true })
  })
  from(context, { image: 'scratch', name: 'base' })
  await changeIn(context, 'base', (root) => {
    mkdirSync(join(root, 'usr/lib'), { recursive: true })
    symlinkSync('/usr/lib', join(root, 'lib'))
    writeFileSync(join(root, 'usr/lib/old'), 'old')
    writeFileSync(join(root, 'file'), 'old')
    symlinkSync('nowhere', join(root, 'dangling'))
  })
  await commit(context, { container: 'base', image: 'base' })
  from(context, { image: 'base', name: 'c' })
  // Its lock file stays from now on.
  await configure(context, { container: 'c', changes: [] })
  const source = (name: string, content: string | Buffer) => {
    writeFileSync(join(sources, name), content)
    return join(sources, name)
  }
  mkdirSync(join(sources, 'tree/deep'), { recursive: true })
  source('tree/deep/file', 'deep')
  return { context, sources, source }
}

interface Case {
  readonly name: string
  readonly workingdir?: string
  /** Names of sources: `text`, `other`, `tree`, `tar`, `tgz`. */
  readonly sources: readonly string[]
  readonly destination: string
  /** Files of the container afterwards. */
  readonly want: Readonly<Record<string, string>>
}

const places: readonly Case[] = [
  {
    name: 'a file under a new name',
    sources: ['text'],
    destination: '/a/b',
    want: { 'a/b': 'text' },
  },
  {
    name: 'a file into a directory',
    sources: ['text'],
    destination: '/usr',
    want: { 'usr/text': 'text' },
  },
  {
    name: 'a file into a new directory',
    sources: ['text'],
    destination: '/a/',
    want: { 'a/text': 'text' },
  },
  { name: 'a file into the root', sources: ['text'], destination: '/', want: { text: 'text' } },
  { name: 'a file over a file', sources: ['text'], destination: '/file', want: { file: 'text' } },
  {
    name: 'a file over a link',
    sources: ['text'],
    destination: '/dangling',
    want: { dangling: 'text' },
  },
  {
    name: 'a file through an absolute link of the container',
    sources: ['text'],
    destination: '/lib',
    want: { 'usr/lib/text': 'text', 'usr/lib/old': 'old' },
  },
  {
    name: 'a file to where .. leads, which is not above the root',
    sources: ['text'],
    destination: '/../../a',
    want: { a: 'text' },
  },
  {
    name: 'a relative destination starts in the working directory',
    workingdir: '/srv/app',
    sources: ['text'],
    destination: './',
    want: { 'srv/app/text': 'text' },
  },
  {
    name: 'several sources go into a directory',
    sources: ['text', 'other'],
    destination: '/a',
    want: { 'a/text': 'text', 'a/other': 'other' },
  },
  {
    name: 'the content of a directory',
    sources: ['tree'],
    destination: '/a',
    want: { 'a/deep/file': 'deep' },
  },
  { name: 'an archive', sources: ['tar'], destination: '/a', want: { 'a/in/tar': 'packed' } },
  {
    name: 'a compressed archive',
    sources: ['tgz'],
    destination: '/',
    want: { 'in/tar': 'packed' },
  },
  {
    name: 'an archive over a link of the container',
    sources: ['tar'],
    destination: '/lib',
    want: { 'usr/lib/in/tar': 'packed' },
  },
]

describe('add puts', { skip }, () => {
  for (const { name, workingdir, sources: given, destination, want } of places) {
    it(name, async (t) => {
      const { context, sources, source } = await setUp(t)
      source('text', 'text')
      source('other', 'other')
      source('tar', makeTar({ name: 'in/tar', body: 'packed' }))
      source('tgz', gzipSync(makeTar({ name: './in/tar', body: 'packed' })))
      if (workingdir !== undefined) {
        const changes = [{ kind: 'workingdir', text: workingdir }] as const
        await configure(context, { container: 'c', changes })
      }
      const paths = given.map((path) => join(sources, path))
      await add(context, { container: 'c', sources: paths, destination })
      for (const [path, content] of Object.entries(want)) {
        assert.equal(await readIn(context, 'c', path), content, path)
      }
      assert.equal(await readIn(context, 'base', 'file'), 'old')
      assert.deepEqual(context.warnings, [])
    })
  }
})

interface Refusal {
  readonly name: string
  readonly source: (make: (name: string, content: string | Buffer) => string) => string
  readonly destination?: string
  readonly code: string
  readonly words: RegExp
}

const good: TarFields = { name: 'good', body: 'good' }
const cut = Buffer.concat([tarEntry(good), tarEntry(good).subarray(0, 700)])

const refusals: readonly Refusal[] = [
  {
    name: 'a source that is not there',
    source: () => '/missing/file',
    code: 'PATH_INVALID',
    words: /cannot add \/missing\/file ENOENT/,
  },
  {
    name: 'a device',
    source: () => '/dev/null',
    code: 'PATH_INVALID',
    words: /neither a file nor a directory/,
  },
  {
    name: 'an archive that is cut off',
    source: (make) => make('x.tar', cut),
    code: 'ARCHIVE_INVALID',
    words: /cannot unpack .*x\.tar it is cut off/,
  },
  {
    name: 'an archive that is cut off in its compression',
    source: (make) => make('x.tgz', gzipSync(cut).subarray(0, -9)),
    code: 'ARCHIVE_INVALID',
    words: /damaged or cut off/,
  },
  {
    name: 'an archive that points outside after a good entry',
    source: (make) => make('x', makeTar(good, { name: '../x' })),
    code: 'ARCHIVE_INVALID',
    words: /points upwards/,
  },
  {
    name: 'a file named like an archive',
    source: (make) => make('x.tar.gz', 'text'),
    code: 'ARCHIVE_INVALID',
    words: /it is no tar archive/,
  },
  {
    name: 'an archive in xz',
    source: (make) => make('x', Buffer.from('fd377a585a00', 'hex')),
    code: 'ARCHIVE_INVALID',
    words: /compressed with xz/,
  },
  {
    name: 'an archive onto a file',
    source: (make) => make('x', makeTar(good)),
    destination: '/file',
    code: 'PATH_INVALID',
    words: /destination is not a directory/,
  },
  {
    name: 'a file below a file',
    source: (make) => make('x', 'text'),
    destination: '/file/x',
    code: 'PATH_INVALID',
    words: /ENOTDIR/,
  },
]

describe('add refuses', { skip }, () => {
  for (const { name, source: make, destination = '/', code, words } of refusals) {
    it(`${name}, and leaves the container as it was`, async (t) => {
      const { context, source } = await setUp(t)
      const record = findContainer(context, 'c')
      const before = leftovers(context)
      const attempt = add(context, { container: 'c', sources: [make(source)], destination })
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof TsbuildError, String(error))
        assert.equal(error.code, code)
        const cause = error.cause instanceof Error ? error.cause.message : ''
        assert.match(`${error.message} ${cause}`, words)
        return true
      })
      assert.deepEqual(findContainer(context, 'c'), record)
      assert.deepEqual(leftovers(context), before)
      assert.equal(await readIn(context, 'c', 'good'), undefined)
    })
  }

  it('a directory that the store is in', async (t) => {
    const { context } = await setUp(t)
    const request = { container: 'c', sources: [join(context.paths.root, '..')], destination: '/' }
    await assert.rejects(add(context, request), { code: 'PATH_INVALID', message: /the store/ })
  })
})

describe('add', { skip }, () => {
  it('takes the place of an empty layer, and goes above one that is not', async (t) => {
    const { context, source } = await setUp(t)
    const layers = () => findContainer(context, 'c').layers.length
    const added = async (name: string) =>
      add(context, { container: 'c', sources: [source(name, name)], destination: '/' })
    const before = snapshotsIn(context).length
    await added('first')
    assert.deepEqual([layers(), snapshotsIn(context).length], [1, before])
    await added('second')
    assert.deepEqual([layers(), snapshotsIn(context).length], [2, before + 1])
    assert.equal(await readIn(context, 'c', 'first'), 'first')
  })

  it('says once what could not be kept', async (t) => {
    const { context, source } = await setUp(t)
    const big = { name: 'x', pax: { 'SCHILY.xattr.user.big': Buffer.alloc(70_000) } }
    const sources = [source('x', makeTar(big, { ...big, name: 'y' }))]
    await add(context, { container: 'c', sources, destination: '/' })
    assert.deepEqual(context.warnings, ['2 extended attributes could not be kept'])
  })
})
