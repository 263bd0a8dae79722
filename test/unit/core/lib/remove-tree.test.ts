// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chdir, cwd } from 'node:process'
import { describe, it, type TestContext } from 'node:test'
import { bytePath } from '../../../../core/lib/bytes.ts'
import { removeTree } from '../../../../core/lib/remove-tree.ts'

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tsbuild-remove-test-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

describe('removeTree', () => {
  it('removes links, not what they lead to', (t) => {
    const base = scratch(t)
    mkdirSync(join(base, 'kept'))
    writeFileSync(join(base, 'kept/file'), 'kept')
    mkdirSync(join(base, 'gone'))
    symlinkSync('../kept', join(base, 'gone/link'))
    removeTree(join(base, 'gone'))
    assert.ok(!existsSync(join(base, 'gone')))
    assert.equal(readFileSync(join(base, 'kept/file'), 'utf8'), 'kept')
  })

  it('removes names of any bytes, and a file itself', (t) => {
    const base = scratch(t)
    mkdirSync(bytePath(`${base}/\xff/\xfe`), { recursive: true })
    writeFileSync(join(base, 'file'), '')
    removeTree(`${base}/\xff`)
    removeTree(join(base, 'file'))
    removeTree(join(base, 'missing'))
    assert.ok(!existsSync(bytePath(`${base}/\xff`)) && !existsSync(join(base, 'file')))
  })

  it('removes trees that are deeper than a path can be long', (t) => {
    const base = scratch(t)
    const top = join(base, 'top')
    mkdirSync(top)
    mkdirSync(join(top, 'deep-0'))
    const before = cwd()
    t.after(() => chdir(before))
    chdir(top)
    for (let level = 0; level < 60; level++) {
      const name = 'd'.repeat(200)
      mkdirSync(name)
      writeFileSync('file', '')
      chdir(name)
    }
    chdir(before)
    removeTree(top)
    assert.ok(!existsSync(top))
  })

  const skip = process.getuid?.() === 0 ? false : 'needs root: of a user namespace at least'
  it('removes directories of mode 000, as overlay leaves them', { skip }, (t) => {
    const base = scratch(t)
    mkdirSync(join(base, 'work/work'), { recursive: true })
    chmodSync(join(base, 'work/work'), 0)
    removeTree(join(base, 'work'))
    assert.ok(!existsSync(join(base, 'work')))
  })
})
