// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Context, Rights } from '../../../../core/context.ts'
import { rootfsOf } from '../../../../core/snapshot/rootfs.ts'
import { rightsFor } from '../store/test-context.ts'

const contextFor = (given: Rights) =>
  ({ paths: { root: '/s:t,o\\re', runroot: '/run' }, rights: given }) as unknown as Context

const user = contextFor(rightsFor(3, '0 100000 65536'))
const key = (number: number) => number.toString(16).padStart(6, '0').padEnd(64, '0')
const active = 'f'.repeat(64)
const place = { name: 'c', active, driver: 'overlay' } as const

describe('rootfsOf', () => {
  it('names the uppermost layer first, and nothing that needs escaping', () => {
    const plan = rootfsOf(user, { ...place, layers: [key(1), key(2)] })
    assert.ok(plan.kind === 'overlay')
    assert.equal(plan.cwd, '/s:t,o\\re')
    assert.equal(plan.target, `/s:t,o\\re/snapshots/${active}/merged`)
    const upper = `upperdir=snapshots/${active}/fs,workdir=snapshots/${active}/work`
    assert.equal(plan.data, `lowerdir=l/AAAC:l/AAAB,${upper},userxattr`)
  })

  it('uses trusted attributes where we are the root of the host, and only there', () => {
    const dataFor = (given: Rights) => {
      const plan = rootfsOf(contextFor(given), { ...place, layers: [key(1)] })
      return plan.kind === 'overlay' ? plan.data : ''
    }
    assert.doesNotMatch(dataFor(rightsFor(1, '0 0 4294967295')), /userxattr/)
    assert.match(dataFor(rightsFor(1, '0 0 65536')), /userxattr/)
    assert.match(dataFor(rightsFor(4, '0 1000 1')), /userxattr/)
  })

  it('is a plain directory without layers, and with the copying driver', () => {
    const path = `/s:t,o\\re/snapshots/${active}/fs`
    const target = `/s:t,o\\re/snapshots/${active}/merged`
    const want = { kind: 'directory', path, target }
    assert.deepEqual(rootfsOf(user, { ...place, layers: [] }), want)
    assert.deepEqual(rootfsOf(user, { ...place, driver: 'copy', layers: [key(1)] }), want)
  })

  it('has room for 500 layers in a page, and refuses 501', () => {
    const layers = Array.from({ length: 501 }, (_, index) => key(index))
    const plan = rootfsOf(user, { ...place, layers: layers.slice(1) })
    assert.ok(plan.kind === 'overlay' && plan.data.length < 4096)
    const message = /container c: it has 501 layers, 500 are possible/
    assert.throws(() => rootfsOf(user, { ...place, layers }), { code: 'RUNTIME_FAILED', message })
  })
})
