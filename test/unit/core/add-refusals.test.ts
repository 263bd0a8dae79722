// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { add } from '../../../core/add.ts'
import { TsbuildError } from '../../../core/lib/errors.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { makeTar, type TarFields, tarEntry } from '../images/tar/make-tar.ts'
import { setUpAdd } from './store/add-context.ts'
import { mayMount } from './store/test-context.ts'
import { leftovers, readIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

interface Refusal {
  readonly name: string
  readonly source: (make: (name: string, content: string | Buffer) => string) => string
  readonly destination?: string
  readonly verb?: 'add' | 'copy'
  readonly code: string
  readonly words: RegExp
  readonly hint: RegExp
}

const good: TarFields = { name: 'good', body: 'good' }
const cut = Buffer.concat([tarEntry(good), tarEntry(good).subarray(0, 700)])

const refusals: readonly Refusal[] = [
  {
    name: 'a source that is not there',
    source: () => '/missing/file',
    code: 'PATH_INVALID',
    words: /cannot copy "\/missing\/file": there is no such file ENOENT/,
    hint: /check the path/,
  },
  {
    name: 'a pattern that nothing matches',
    source: () => '/missing*/file',
    code: 'PATH_INVALID',
    words: /no items matching "\/missing\*\/file"/,
    hint: /this machine/,
  },
  {
    name: 'a pattern that is not closed',
    source: () => '/miss[ing',
    code: 'PATH_INVALID',
    words: /the pattern is not closed/,
    hint: /check the path/,
  },
  {
    name: 'a URL',
    source: () => 'https://example.org/x',
    verb: 'copy',
    code: 'PATH_INVALID',
    words: /cannot be a URL/,
    hint: /download it/,
  },
  {
    name: 'an archive that is cut off',
    source: (make) => make('x.tar', cut),
    code: 'ARCHIVE_INVALID',
    words: /cannot unpack .*x\.tar it is cut off/,
    hint: /fetch or make it again/,
  },
  {
    name: 'an archive that is cut off in its compression',
    source: (make) => make('x.tgz', gzipSync(cut).subarray(0, -9)),
    code: 'ARCHIVE_INVALID',
    words: /damaged or cut off/,
    hint: /make the archive again/,
  },
  {
    name: 'an archive that points outside after a good entry',
    source: (make) => make('x', makeTar(good, { name: '../x' })),
    code: 'ARCHIVE_INVALID',
    words: /points upwards/,
    hint: /add the directory/,
  },
  {
    name: 'an archive in xz',
    source: (make) => make('x', Buffer.from('fd377a585a00', 'hex')),
    code: 'ARCHIVE_INVALID',
    words: /damaged or cut off/,
    hint: /make the archive again/,
  },
  {
    name: 'an archive onto a file',
    source: (make) => make('x', makeTar(good)),
    destination: '/file',
    code: 'PATH_INVALID',
    words: /cannot copy to "\/file": it is not a directory/,
    hint: /need a directory/,
  },
  {
    name: 'a file below a file',
    source: (make) => make('x', 'text'),
    destination: '/file/x',
    code: 'PATH_INVALID',
    words: /ENOTDIR/,
    hint: /what is in its way/,
  },
]

describe('add refuses', { skip }, () => {
  for (const { name, source: make, destination = '/', verb = 'add', ...rest } of refusals) {
    const { code, words, hint } = rest
    it(`${name}, and leaves the container as it was`, async (t) => {
      const { context, source } = await setUpAdd(t)
      const record = findContainer(context, 'c')
      const before = leftovers(context)
      const request = { container: 'c', sources: [make(source)], destination, verb } as const
      const attempt = add(context, request)
      await assert.rejects(attempt, (error) => {
        assert.ok(error instanceof TsbuildError, String(error))
        assert.equal(error.code, code)
        assert.match(error.hint ?? '', hint)
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
    const { context } = await setUpAdd(t)
    const sources = [join(context.paths.root, '..')]
    const request = { container: 'c', sources, destination: '/', verb: 'copy' } as const
    await assert.rejects(add(context, request), { code: 'PATH_INVALID', message: /the store/ })
  })
})
