// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { openDigester } from '../../../../core/build/digester.ts'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { describeLayer } from '../../../../core/snapshot/layer.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { testContext } from '../store/test-context.ts'

function setUp(t: Test) {
  const context = testContext()
  const digester = openDigester(context)
  t.after(async () => {
    await digester.close()
    context.dispose()
  })
  openStore(context)
  const make = (text: string) => {
    const { key, fs, keep } = createSnapshot(context)
    writeFileSync(join(fs, 'file'), text)
    keep()
    return key
  }
  const file = (key: string) => join(context.paths.root, 'snapshots', key, 'fs/file')
  const note = (key: string) => join(context.paths.root, 'snapshots', key, 'layer.json')
  return { context, digester, make, file, note }
}

describe('a digester', () => {
  it('leaves the note that describes a layer, for each that was added', async (t) => {
    const { context, digester, make, file } = setUp(t)
    const [one, two] = [make('one'), make('two')]
    digester.add({ snapshots: [one] }, [])
    digester.add({ snapshots: [two] }, [{ snapshots: [one] }])
    await digester.settle()
    const described = () => [
      describeLayer(context, { snapshots: [one] }, []),
      describeLayer(context, { snapshots: [two] }, [{ snapshots: [one] }]),
    ]
    const before = described()
    // Nobody writes to a layer: that this is not seen shows that the notes were there.
    for (const key of [one, two]) writeFileSync(file(key), 'changed')
    assert.deepEqual(described(), before)
  })

  it('settles when a layer cannot be read, and leaves no note of it', async (t) => {
    const { digester, make, note } = setUp(t)
    const key = make('one')
    digester.add({ snapshots: ['0'.repeat(64)] }, [])
    digester.add({ snapshots: [key] }, [])
    await digester.settle()
    assert.equal(existsSync(note('0'.repeat(64))), false)
  })

  it('begins nothing more once it is closed', async (t) => {
    const { digester, make, note } = setUp(t)
    const keys = [make('one'), make('two')]
    for (const key of keys) digester.add({ snapshots: [key] }, [])
    await digester.close()
    await digester.settle()
    assert.deepEqual(
      keys.filter((key) => existsSync(note(key))),
      [],
    )
  })

  it('settles at once when nothing was added', async (t) => {
    await setUp(t).digester.settle()
  })
})
