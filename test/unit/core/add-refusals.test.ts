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
    words: /cannot add \/missing\/file ENOENT/,
    hint: /that you can read/,
  },
  {
    name: 'a device',
    source: () => '/dev/null',
    code: 'PATH_INVALID',
    words: /neither a file nor a directory/,
    hint: /a file, a directory or an archive/,
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
    name: 'a file named like an archive',
    source: (make) => make('x.tar.gz', 'text'),
    code: 'ARCHIVE_INVALID',
    words: /it is no tar archive/,
    hint: /give it another name/,
  },
  {
    name: 'an archive in xz',
    source: (make) => make('x', Buffer.from('fd377a585a00', 'hex')),
    code: 'ARCHIVE_INVALID',
    words: /compressed with xz/,
    hint: /unpack it first \(unxz\)/,
  },
  {
    name: 'an archive onto a file',
    source: (make) => make('x', makeTar(good)),
    destination: '/file',
    code: 'PATH_INVALID',
    words: /destination is not a directory/,
    hint: /check the destination \/file/,
  },
  {
    name: 'a file below a file',
    source: (make) => make('x', 'text'),
    destination: '/file/x',
    code: 'PATH_INVALID',
    words: /ENOTDIR/,
    hint: /check the destination \/file\/x/,
  },
]

describe('add refuses', { skip }, () => {
  for (const { name, source: make, destination = '/', code, words, hint } of refusals) {
    it(`${name}, and leaves the container as it was`, async (t) => {
      const { context, source } = await setUpAdd(t)
      const record = findContainer(context, 'c')
      const before = leftovers(context)
      const attempt = add(context, { container: 'c', sources: [make(source)], destination })
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
    const request = { container: 'c', sources: [join(context.paths.root, '..')], destination: '/' }
    await assert.rejects(add(context, request), { code: 'PATH_INVALID', message: /the store/ })
  })
})
