// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { describe, it } from 'node:test'
import { configure } from '../../../core/config.ts'
import { containers } from '../../../core/containers.ts'
import { from } from '../../../core/from.ts'
import { images } from '../../../core/images.ts'
import { findContainer } from '../../../core/store/containers.ts'
import { shortcutPath } from '../../../core/store/layout.ts'
import { commitAs } from './store/commit-as.ts'
import { mayMount, testContext } from './store/test-context.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

describe('from', { skip }, () => {
  it('scratch makes an empty container, and counts up its name', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const names: string[] = []
    for (const _ of [1, 2, 3]) names.push((await from(context, { image: 'scratch' })).name)
    assert.deepEqual(names, ['working-container', 'working-container-1', 'working-container-2'])
    const { image, layers, config, properties } = findContainer(context, 'working-container')
    assert.deepEqual([image, layers, config, properties.os], [null, [], {}, 'linux'])
    assert.deepEqual(
      containers(context).map(({ name }) => name),
      names,
    )
    assert.deepEqual(context.warnings, [])
  })

  it('an image, by any of its names, gives its settings and a name after it', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { name } = await from(context, { image: 'scratch' })
    const changes = [{ kind: 'env', name: 'A', value: '1' }] as const
    await configure(context, { container: name, changes })
    const image = await commitAs(context, { container: name, image: 'localhost/tools/base:v1' })
    for (const text of [
      'tools/base:v1',
      'localhost/tools/base:v1',
      image.id,
      image.id.slice(0, 12),
    ]) {
      const made = await from(context, { image: text })
      assert.match(made.name, /^base-working-container/)
      const record = findContainer(context, made.id)
      assert.deepEqual(record.image, { id: image.id, name: 'localhost/tools/base:v1' })
      assert.deepEqual(record.config, { Env: ['A=1'] })
    }
  })

  it('refuses names that are taken or none, and unknown images', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'web' })
    const attempt = (image: string, name?: string) => () => from(context, { image, name })
    await assert.rejects(attempt('scratch', 'web'), {
      code: 'CONTAINER_EXISTS',
      hint: 'choose another name, or remove it first: "tsbuild rm web"',
    })
    for (const name of ['', '-x', 'a/b', 'a b', '..', 'n'.repeat(129)]) {
      await assert.rejects(attempt('scratch', name), { code: 'CONFIG_INVALID' })
    }
    for (const image of ['nothing', 'Capital', 'a@sha256:0', '']) {
      await assert.rejects(attempt(image), {
        code: 'IMAGE_UNKNOWN',
        hint: '"tsbuild images" lists what there is',
      })
    }
    assert.equal(containers(context).length, 1)
  })

  it('needs the launcher, lists do not', async (t) => {
    const context = testContext({ monitor: undefined })
    t.after(context.dispose)
    const code = 'NAMESPACE_UNAVAILABLE'
    await assert.rejects(from(context, { image: 'scratch' }), { code })
    assert.deepEqual([images(context), containers(context)], [[], []])
  })

  it('lists are empty where no store is, and do not make one', (t) => {
    const context = testContext()
    t.after(context.dispose)
    assert.deepEqual([images(context), containers(context)], [[], []])
    mkdirSync(context.paths.root, { mode: 0o755 })
    assert.throws(() => images(context), { code: 'STORE_UNSAFE' })
  })

  it('makes no container when its name cannot be written down', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'first' })
    mkdirSync(shortcutPath(context.paths.root, 'web'))
    await assert.rejects(from(context, { image: 'scratch', name: 'web' }))
    assert.deepEqual(
      containers(context).map(({ name }) => name),
      ['first'],
    )
  })
})
