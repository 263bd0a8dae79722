// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { add } from '../../../core/add.ts'
import { configure } from '../../../core/config.ts'
import { from } from '../../../core/from.ts'
import { images } from '../../../core/images.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { monitorOf } from '../../../core/store/lock-store.ts'
import { makeTar } from '../images/tar/make-tar.ts'
import { commitAs } from './store/commit-as.ts'
import { mayMount, testContext } from './store/test-context.ts'
import { changeIn, leftovers, readIn } from './store/tree-of.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'
const MEGABYTE = 1024 * 1024

/** A container in a store on a file system of 8 MB, and a directory elsewhere. */
async function setUp(t: Test) {
  const context = testContext()
  const elsewhere = mkdtempSync(join(tmpdir(), 'tsbuild-full-test-'))
  t.after(() => {
    context.dispose()
    rmSync(elsewhere, { recursive: true })
  })
  const target = dirname(context.paths.root)
  monitorOf(context).mount({
    cwd: '/',
    source: 'tmpfs',
    target,
    type: 'tmpfs',
    flags: 0,
    data: 'size=8m,mode=0700',
  })
  await from(context, { image: 'scratch', name: 'c' })
  const source = (name: string, content: Buffer) => {
    writeFileSync(join(elsewhere, name), content)
    return join(elsewhere, name)
  }
  mkdirSync(join(elsewhere, 'tree'))
  return { context, elsewhere, source }
}

describe('a full disk', { skip }, () => {
  for (const kind of ['archive', 'file', 'directory'] as const) {
    it(`ends add of a large ${kind} with nothing added, and there is room again`, async (t) => {
      const { context, elsewhere, source } = await setUp(t)
      const large = Buffer.alloc(12 * MEGABYTE, 'x')
      const sources = {
        archive: () => source('x.tar', makeTar({ name: 'a' }, { name: 'large', body: large })),
        file: () => source('x', large),
        directory: () => join(source('tree/x', large), '..'),
      }
      await configure(context, { container: 'c', changes: [] })
      const [before, record] = [leftovers(context), findContainer(context, 'c')]
      const request = {
        container: 'c',
        sources: [sources[kind]()],
        destination: '/',
        verb: 'add',
      } as const
      const expected = {
        code: 'DISK_FULL',
        message: /cannot write to the store/,
        hint: /free space/,
      }
      await assert.rejects(add(context, request), expected)
      assert.deepEqual([leftovers(context), findContainer(context, 'c')], [before, record])
      const fits = source('fits', Buffer.alloc(5 * MEGABYTE))
      await add(context, { container: 'c', sources: [fits], destination: '/', verb: 'add' })
      assert.equal((await readIn(context, 'c', 'fits'))?.length, 5 * MEGABYTE)
      assert.deepEqual(readdirSync(elsewhere).includes('fits'), true)
    })
  }

  it('ends commit and config with the store as it was', async (t) => {
    const { context } = await setUp(t)
    await configure(context, { container: 'c', changes: [] })
    await changeIn(context, 'c', (root) => {
      assert.throws(() => writeFileSync(join(root, 'all'), Buffer.alloc(9 * MEGABYTE)))
    })
    const [before, record] = [leftovers(context), findContainer(context, 'c')]
    const changes = [{ kind: 'user', text: '1' }] as const
    const full = { code: 'DISK_FULL' }
    await assert.rejects(configure(context, { container: 'c', changes }), full)
    await assert.rejects(commitAs(context, { container: 'c', image: 'image' }), full)
    assert.deepEqual([leftovers(context), findContainer(context, 'c')], [before, record])
    assert.deepEqual(images(context), [])
  })
})
