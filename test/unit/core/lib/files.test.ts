// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { readTextIfThere, writeFileAtomic } from '../../../../core/lib/files.ts'

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tsbuild-files-test-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

describe('writeFileAtomic', () => {
  it('replaces a file whole, for us alone, and leaves nothing else', (t) => {
    const directory = scratch(t)
    const path = join(directory, 'file')
    writeFileSync(path, 'a longer old content')
    const before = lstatSync(path).ino
    writeFileAtomic(path, 'new')
    assert.equal(readFileSync(path, 'utf8'), 'new')
    assert.notEqual(lstatSync(path).ino, before)
    assert.equal(lstatSync(path).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(directory), ['file'])
  })

  it('leaves nothing behind when it fails', (t) => {
    const directory = scratch(t)
    mkdirSync(join(directory, 'taken/full'), { recursive: true })
    assert.throws(() => writeFileAtomic(join(directory, 'taken'), 'x'))
    assert.deepEqual(readdirSync(directory), ['taken'])
  })
})

describe('readTextIfThere', () => {
  it('tells a file that is missing from one that cannot be read', (t) => {
    const directory = scratch(t)
    writeFileSync(join(directory, 'file'), 'text')
    assert.equal(readTextIfThere(join(directory, 'file')), 'text')
    assert.equal(readTextIfThere(join(directory, 'missing')), undefined)
    assert.throws(() => readTextIfThere(directory), { code: 'EISDIR' })
  })
})
