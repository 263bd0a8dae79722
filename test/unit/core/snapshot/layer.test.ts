// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readFileSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { describeLayer, packImageLayer } from '../../../../core/snapshot/layer.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { sha256 } from '../../../../images/digest.ts'
import { testContext } from '../store/test-context.ts'

function setUp(t: Test) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  const make = (files: Readonly<Record<string, string>>) => {
    const { key, fs, keep } = createSnapshot(context)
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(fs, name), text)
      utimesSync(join(fs, name), 1, 1)
    }
    utimesSync(fs, 1, 1)
    keep()
    return key
  }
  const note = (key: string) => join(context.paths.root, 'snapshots', key, 'layer.json')
  return { context, make, note }
}

describe('describeLayer', () => {
  it('gives digest and size of the tar that packing gives', (t) => {
    const { context, make } = setUp(t)
    const snapshots = [make({ a: 'a' }), make({ b: 'b' })]
    const { diffId, sizeBytes, ...rest } = describeLayer(context, { snapshots }, [])
    const chunks = [...packImageLayer(context, { snapshots }, [])].map((one) => Buffer.from(one))
    const bytes = Buffer.concat(chunks)
    assert.deepEqual({ diffId, sizeBytes }, { diffId: sha256(bytes), sizeBytes: bytes.length })
    assert.deepEqual(rest, { snapshots })
  })

  it('is the same for the same files, whatever snapshots they are in', (t) => {
    const { context, make } = setUp(t)
    const one = describeLayer(context, { snapshots: [make({ a: 'a', b: 'b' })] }, [])
    const two = describeLayer(
      context,
      { snapshots: [make({ b: 'x' }), make({ a: 'a', b: 'b' })] },
      [],
    )
    assert.equal(one.diffId, two.diffId)
  })

  it('reads the files once, and again when its note is of something else or damaged', (t) => {
    const { context, make, note } = setUp(t)
    const [below, key] = [make({ z: 'z' }), make({ a: 'a' })]
    const first = describeLayer(context, { snapshots: [key] }, [])
    // Nobody writes to a layer: that this is not seen shows where the digest came from.
    writeFileSync(join(context.paths.root, 'snapshots', key, 'fs/a'), 'b')
    assert.deepEqual(describeLayer(context, { snapshots: [key] }, []), first)
    const whole = readFileSync(note(key), 'utf8')
    for (const damage of [
      () => truncateSync(note(key), whole.length - 1),
      () => writeFileSync(note(key), ''),
      () => writeFileSync(note(key), 'null'),
      () => writeFileSync(note(key), whole.replace(key, below)),
    ]) {
      writeFileSync(note(key), whole)
      damage()
      assert.notEqual(describeLayer(context, { snapshots: [key] }, []).diffId, first.diffId)
    }
    for (const content of [
      { snapshots: [below, key] },
      { snapshots: [key], mtime: { kind: 'all', seconds: 5 } as const },
    ]) {
      writeFileSync(note(key), whole)
      assert.notEqual(describeLayer(context, content, []).diffId, first.diffId)
    }
  })
})
