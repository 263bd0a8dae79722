// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type AddRequest, add } from '../../core/add.ts'
import { from } from '../../core/from.ts'
import { lacking } from '../harness/requires.ts'
import { commitAs } from '../unit/core/store/commit-as.ts'
import { mayMount, type TestContext, testContext } from '../unit/core/store/test-context.ts'
import { changeIn } from '../unit/core/store/tree-of.ts'
import { listCopied, makeBase, makeSources } from './copy-trees.ts'

// The same copies by buildah and by us. What differs on purpose has no row here:
// - a pattern that several files match makes the destination a directory; buildah 1.28 writes one
//   file over the other;
// - /. at the end means a directory; buildah 1.28 takes it off;
// - with --from owners are kept, as newer versions of buildah do and as COPY --from always did;
// - --chown is for what an archive holds as well, as in BuildKit;
// - times keep their nanoseconds.

interface Row {
  readonly verb?: 'add' | 'copy'
  readonly chown?: string
  readonly chmod?: string
  readonly sources: readonly string[]
  readonly to?: string
}

const rows: readonly Row[] = [
  { sources: ['a.txt'], to: '/x' },
  { sources: ['a.txt'], to: '/x/' },
  { sources: ['a.txt'] },
  { sources: ['a.txt'], to: 'rel/x' },
  { sources: ['a.txt', 'b.txt'], to: '/x' },
  { sources: ['a.txt', 'b.txt'], to: '/x/' },
  { sources: ['d'], to: '/x/y' },
  { sources: ['d/'], to: '/x' },
  { sources: ['d', 'a.txt'], to: '/x' },
  { sources: ['.'], to: '/' },
  { sources: ['.'], to: '/x' },
  { sources: ['d/sub'], to: '/' },
  { sources: ['ld'], to: '/x' },
  { sources: ['la'], to: '/x/' },
  { sources: ['la'], to: '/x' },
  { sources: ['d/lsub'], to: '/x' },
  { sources: ['e'], to: '/x' },
  { sources: ['e/null', 'e/fifo'], to: '/x' },
  { sources: ['*.txt'], to: '/x/' },
  { sources: ['[ab].t?t'], to: '/x/' },
  { sources: ['d/*'], to: '/x/' },
  { sources: ['*/c.txt'], to: '/x/' },
  { sources: ['d/../a.txt'], to: '/x/../y' },
  { sources: ['a.txt'], to: '/dir' },
  { sources: ['a.txt'], to: '/ldir' },
  { sources: ['a.txt'], to: '/ldir/' },
  { sources: ['a.txt'], to: '/updir/n' },
  { sources: ['a.txt'], to: '/dangling' },
  { sources: ['a.txt'], to: '/dangling/' },
  { sources: ['a.txt'], to: '/file' },
  { sources: ['a.txt'], to: '/lfile' },
  { sources: ['d'], to: '/ldir' },
  { sources: ['d'], to: '/full' },
  { sources: ['d'], to: '/w/d' },
  { sources: ['over'], to: '/dir' },
  { chown: '5:6', chmod: '640', sources: ['d'], to: '/x/y/z' },
  { chown: '5', sources: ['a.txt'], to: '/x/' },
  { chown: 'bob', sources: ['a.txt'], to: '/x/' },
  { chown: 'bob:staff', sources: ['d'], to: '/dir' },
  { chown: ':staff', sources: ['a.txt'], to: '/x/' },
  { chown: '50:staff', sources: ['la', 'e/fifo'], to: '/x/' },
  { chmod: '0755', sources: ['b.txt', 'e/fifo', 'd'], to: '/x/' },
  { chmod: '4711', sources: ['b.txt'], to: '/x' },
  { verb: 'add', sources: ['t.tar'], to: '/x' },
  { verb: 'add', sources: ['t.tgz', 'a.txt'], to: '/x/' },
  { verb: 'add', sources: ['t.tar'], to: '/dir' },
  { verb: 'add', sources: ['b.txt.gz'], to: '/x/' },
  { verb: 'add', sources: ['d'], to: '/x' },
  { verb: 'copy', sources: ['t.tgz'], to: '/x/' },
]

const refused: readonly Row[] = [
  { sources: ['nope'], to: '/x' },
  { sources: ['no*'], to: '/x' },
  { sources: ['a.txt', 'nope'], to: '/x/' },
  { sources: ['abs'], to: '/x' },
  { sources: ['['], to: '/x' },
  { sources: ['a.txt'], to: '/file/' },
  { sources: ['a.txt'], to: '/file/x' },
  { sources: ['a.txt', 'b.txt'], to: '/file' },
  { sources: ['d'], to: '/file' },
  { verb: 'add', sources: ['t.tar'], to: '/file' },
  { chown: 'nobody2', sources: ['a.txt'], to: '/x/' },
  { chown: '5:nogroup2', sources: ['a.txt'], to: '/x/' },
  { chmod: 'u+y', sources: ['a.txt'], to: '/x/' },
]

const skip = mayMount ? lacking('root', 'program:buildah') : 'needs root: started as a normal user'

describe('copies by buildah and by tsbuild', skip === undefined ? {} : { skip }, () => {
  let base = ''
  let sources = ''
  let context: TestContext
  const home = process.cwd()
  const buildah = (...args: readonly string[]) => {
    const storage = ['--root', join(base, 'root'), '--runroot', join(base, 'run')]
    const argv = [...storage, '--storage-driver', 'vfs', ...args]
    return spawnSync('buildah', argv, { cwd: sources, encoding: 'utf8' })
  }
  const ok = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = buildah(...args)
    assert.equal(status, 0, stderr)
    return stdout.trim()
  }

  before(async () => {
    base = mkdtempSync(join(tmpdir(), 'tsbuild-conformance-copy-'))
    sources = join(base, 'sources')
    mkdirSync(sources)
    makeSources(sources)
    context = testContext()
    await from(context, { image: 'scratch', name: 'base' })
    await changeIn(context, 'base', makeBase)
    await commitAs(context, { container: 'base', image: 'base' })
    const container = ok('from', 'scratch')
    makeBase(ok('mount', container))
    ok('umount', container)
    ok('commit', '-q', container, 'base')
    process.chdir(sources)
  })
  after(() => {
    process.chdir(home)
    buildah('rm', '--all')
    context.dispose()
    rmSync(base, { recursive: true, force: true })
  })

  const byBuildah = ({ verb = 'copy', chown, chmod, sources: given, to }: Row) => {
    const container = ok('from', 'localhost/base')
    const options = [...option('--chown', chown), ...option('--chmod', chmod)]
    const target = to === undefined ? [] : [to]
    const { status, stderr } = buildah(verb, ...options, container, ...given, ...target)
    const files = listCopied(ok('mount', container))
    ok('rm', container)
    return { status, stderr, files }
  }

  const byTsbuild = async ({ verb = 'copy', chown, chmod, sources: given, to }: Row) => {
    const { name } = await from(context, { image: 'base' })
    const request: AddRequest = {
      ...{ container: name, verb, chown, chmod },
      sources: given,
      destination: to,
    }
    const error = await add(context, request).catch((failure: unknown) => failure)
    let files: string[] = []
    await changeIn(context, name, (root) => {
      files = listCopied(root)
    })
    return { error: error instanceof Error ? error : undefined, files }
  }

  for (const row of rows) {
    it(`make the same files: ${lineOf(row)}`, async () => {
      const theirs = byBuildah(row)
      assert.equal(theirs.status, 0, theirs.stderr)
      const ours = await byTsbuild(row)
      assert.equal(ours.error, undefined)
      assert.deepEqual(ours.files, theirs.files)
    })
  }

  for (const row of refused) {
    it(`are both refused: ${lineOf(row)}`, async () => {
      const { status } = byBuildah(row)
      const { error } = await byTsbuild(row)
      assert.notEqual(status, 0)
      assert.match(error?.name ?? '', /^TsbuildError$/)
    })
  }
})

function option(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value]
}

function lineOf({ verb = 'copy', chown, chmod, sources, to = '' }: Row): string {
  const options = [...option('--chown', chown), ...option('--chmod', chmod)]
  return [verb, ...options, ...sources, to].join(' ')
}
