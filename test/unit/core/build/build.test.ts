// SPDX-License-Identifier: Apache-2.0
/** Builds without programs: files, settings, and what the store makes of damage. */
import assert from 'node:assert/strict'
import { readdirSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { from } from '../../../../core/from.ts'
import { removeContainers, removeImages } from '../../../../core/remove.ts'
import { reclaim } from '../../../../core/snapshot/reclaim.ts'
import { listCache } from '../../../../core/store/cache.ts'
import { findImage } from '../../../../core/store/images.ts'
import { saveImage } from '../../../../core/store/save-image.ts'
import { readImageConfig } from '../../../../core/stored-image.ts'
import { composeImage } from '../../../../images/compose.ts'
import { mayMount, type TestContext } from '../store/test-context.ts'
import { EMPTY_STORE, leftovers, readIn, snapshotsIn } from '../store/tree-of.ts'
import { setUpBuild } from './build-files.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

const text = `FROM base AS one
COPY a /a
WORKDIR /w
FROM base
COPY --from=one /a /b
COPY <<x /x
document
x
`

const cacheFiles = ({ paths }: TestContext) =>
  readdirSync(join(paths.root, 'cache'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(paths.root, 'cache', name))

async function fileOf(context: TestContext, image: string, path: string) {
  const { name } = await from(context, { image })
  return readIn(context, name, path)
}

for (const driver of ['overlay', 'copy'] as const) {
  describe(`build, driver ${driver}`, { skip }, () => {
    it('makes files of stages, the context and documents', async (t) => {
      const { context, write, run } = await setUpBuild(t, { driver })
      write({ a: 'from the context' })
      const { id } = await run(text, { tags: ['out'] })
      assert.equal(await fileOf(context, 'out', 'b'), 'from the context')
      assert.equal(await fileOf(context, 'out', 'x'), 'document\n')
      assert.equal(await fileOf(context, 'out', 'a'), undefined)
      // A full copy of each step would cost more than the step.
      const steps = ['COPY', 'WORKDIR', 'FROM', 'COPY', 'COPY']
      const again = await run(text)
      assert.deepEqual(again.done, driver === 'copy' ? ['FROM', ...steps] : ['FROM', 'FROM'])
      assert.equal(again.id === id, driver === 'overlay')
    })

    it('leaves nothing when all of it is removed', async (t) => {
      const { context, write, run } = await setUpBuild(t, { driver })
      write({ a: '' })
      await run(text, { tags: ['out'] })
      await assert.rejects(run('FROM base\nCOPY a /\nCOPY missing /\n'), { code: 'PATH_INVALID' })
      removeContainers(context, { containers: 'all' })
      removeImages(context, { images: 'all', force: true, prune: false })
      const { cache, ...left } = leftovers(context)
      const { cache: _none, ...empty } = EMPTY_STORE
      assert.deepEqual(left, empty)
      assert.deepEqual(
        cache?.filter((name) => name.endsWith('.json')),
        [],
      )
    })
  })
}

describe('build', { skip }, () => {
  it('does again what the cache says in a damaged record', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    write({ a: '1' })
    await run(text)
    for (const path of cacheFiles(context)) truncateSync(path, 50)
    const { done } = await run(text)
    assert.deepEqual(done, ['FROM', 'COPY', 'WORKDIR', 'FROM', 'COPY', 'COPY'])
    assert.deepEqual((await run(text)).done, ['FROM', 'FROM'])
  })

  it('copies what it knows of a stage, and looks again when the stage changed', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    const one = 'FROM base AS one\nCOPY a /a\n'
    const copying = (to: string) => `${one}FROM base\nCOPY --from=one /a ${to}\n`
    write({ a: '1' })
    await run(copying('/b'), { tags: ['out'] })
    assert.deepEqual((await run(copying('/c'), { tags: ['out'] })).done, ['FROM', 'FROM', 'COPY'])
    assert.equal(await fileOf(context, 'out', 'c'), '1')
    write({ a: '2' })
    const { done } = await run(copying('/c'), { tags: ['out'] })
    assert.deepEqual(done, ['FROM', 'COPY', 'FROM', 'COPY'])
    assert.equal(await fileOf(context, 'out', 'c'), '2')
    await run(copying('/d'), { tags: ['out'], layers: false })
    write({ a: '3' })
    await run(copying('/d'), { tags: ['out'], layers: false })
    assert.equal(await fileOf(context, 'out', 'd'), '3')
  })

  it('copies without what --exclude names, from the context and from a stage', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    write({ 'd/a.log': '1', 'd/b': '2', 'd/e/c.log': '3' })
    const one = 'FROM base AS one\nCOPY --exclude=*.log d /d\nFROM base\n'
    const two = (what: string) => `${one}COPY --from=one --exclude=${what} /d /x\n`
    await run(two('e'), { tags: ['out'] })
    assert.equal(await fileOf(context, 'out', 'x/b'), '2')
    assert.equal(await fileOf(context, 'out', 'x/a.log'), undefined)
    assert.equal(await fileOf(context, 'out', 'x/e/c.log'), undefined)
    const { done } = await run(two('b'), { tags: ['out'] })
    assert.deepEqual(done, ['FROM', 'FROM', 'COPY'])
    assert.equal(await fileOf(context, 'out', 'x/e/c.log'), '3')
    assert.equal(await fileOf(context, 'out', 'x/b'), undefined)
  })

  it('does again what made a snapshot that is gone', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    write({ a: '1' })
    await run('FROM base\nCOPY a /a\nCOPY a /b\n')
    const [record] = listCache(context).filter(({ inputs }) =>
      JSON.stringify(inputs).includes('"destination":"/b"'),
    )
    const [snapshot = ''] = record?.snapshots ?? []
    rmSync(join(context.paths.root, 'snapshots', snapshot), { recursive: true })
    assert.deepEqual((await run('FROM base\nCOPY a /a\nCOPY a /b\n')).done, ['FROM', 'COPY'])
  })

  it('keeps what a failed build did, but not what the failing step wrote', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    write({ a: '1' })
    const before = snapshotsIn(context).length
    await assert.rejects(run('FROM base\nCOPY a /a\nCOPY --chown=nobody a /b\n'), {
      code: 'USER_UNKNOWN',
      excerpt: />>> 3 \| COPY --chown=nobody a \/b/,
    })
    reclaim(context)
    assert.equal(snapshotsIn(context).length, before + 1)
    assert.deepEqual((await run('FROM base\nCOPY a /a\nCOPY a /b\n')).done, ['FROM', 'COPY'])
  })

  it('leaves no layer where directories are there already', async (t) => {
    const { context, run } = await setUpBuild(t)
    const { id } = await run('FROM base\nWORKDIR /etc\nVOLUME /etc /new\nWORKDIR /new\n')
    const { record } = findImage(context, id)
    const { config, history = [] } = readImageConfig(context, { id, record })
    assert.equal(record.layers.length, 2)
    assert.deepEqual(
      history.map(({ empty_layer }) => empty_layer === true),
      [false, true, true, false],
    )
    assert.deepEqual(config?.WorkingDir, '/new')
    assert.deepEqual(config?.Volumes, { '/etc': {}, '/new': {} })
  })

  it('builds on an image whose history tells of other layers', async (t) => {
    const { context, write, run } = await setUpBuild(t)
    write({ a: '1' })
    const { record } = findImage(context, 'base')
    for (const [index, history] of [[], [{}, {}, {}]].entries()) {
      const documents = composeImage({
        ...{ format: 'oci', config: {}, annotations: {}, created: record.created },
        properties: { architecture: 'amd64', os: 'linux' },
        ...{ history: [{}], layers: record.layers },
      })
      const config = JSON.parse(documents.config.toString())
      const bytes = Buffer.from(JSON.stringify({ ...config, history }))
      const names = [`localhost/foreign:${index}`]
      const { created, layers } = record
      saveImage(context, { ...documents, config: bytes, layers, created, names })
      const { id } = await run(`FROM foreign:${index}\nCOPY a /a\n`)
      assert.equal(findImage(context, id).record.layers.length, 2)
      assert.equal(await fileOf(context, id, 'etc/passwd'), 'demo:x:7:8::/:/bin/sh\n')
    }
  })

  it('keeps SHELL in docker’s format, and warns in the other', async (t) => {
    const { context, run } = await setUpBuild(t)
    const shell = 'FROM base\nSHELL ["bash", "-c"]\n'
    const docker = await run(shell, { format: 'docker' })
    const { config } = readImageConfig(context, findImage(context, docker.id))
    assert.deepEqual(config?.Shell, ['bash', '-c'])
    assert.deepEqual(context.warnings, [])
    await run(shell)
    assert.match(context.warnings.join(), /the oci format has no place for Shell: left out/)
  })

  it('takes documents whatever the umask is', async (t) => {
    const { context, run } = await setUpBuild(t)
    const document = 'FROM base\nCOPY <<x <<y /d/\n1\nx\n2\ny\n'
    const before = process.umask(0o077)
    t.after(() => process.umask(before))
    const closed = await run(document)
    process.umask(0o022)
    assert.deepEqual((await run(document)).done, ['FROM'])
    assert.equal(await fileOf(context, closed.id, 'd/y'), '2\n')
  })
})
