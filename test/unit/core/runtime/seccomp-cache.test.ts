// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { seccompCache } from '../../../../core/runtime/seccomp-cache.ts'

const top = mkdtempSync(join(tmpdir(), 'tsbuild-seccomp-'))
after(() => rmSync(top, { recursive: true }))

const compiled = { program: Buffer.from([6, 0, 0, 0, 0, 0, 0xff, 0x7f]), flags: 4 }
const key = { facts: 'x64\nCAP_CHOWN', text: Buffer.from('{}') }
const newRoot = () => mkdtempSync(join(top, 'root-'))

function cacheWith(): { root: string; file: string; cache: ReturnType<typeof seccompCache> } {
  const root = newRoot()
  const cache = seccompCache(root)
  cache.add(key, compiled)
  const [name = ''] = readdirSync(join(root, 'seccomp'))
  return { root, file: join(root, 'seccomp', name), cache }
}

describe('seccompCache', () => {
  it('gives back what was added, to its user alone', () => {
    const { root, file } = cacheWith()
    assert.deepEqual(seccompCache(root).find(key), compiled)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(root, 'seccomp')).mode & 0o777, 0o700)
  })

  it('knows nothing at first', () => assert.equal(seccompCache(newRoot()).find(key), undefined))

  it('has nothing for another profile, of the same length too', () => {
    const { cache } = cacheWith()
    assert.equal(cache.find({ ...key, text: Buffer.from('[]') }), undefined)
    assert.equal(cache.find({ ...key, text: Buffer.from('{} ') }), undefined)
  })

  it('has nothing for other facts, also where they have the same file', () => {
    const { root, cache } = cacheWith()
    assert.equal(cache.find({ ...key, facts: 'arm64' }), undefined)
    const other = { ...key, facts: 'y' }
    cache.add(other, compiled)
    const [first = '', second = ''] = readdirSync(join(root, 'seccomp')).map((name) =>
      join(root, 'seccomp', name),
    )
    const content = readFileSync(first)
    writeFileSync(first, readFileSync(second))
    writeFileSync(second, content)
    assert.equal(cache.find(key), undefined)
    assert.equal(cache.find(other), undefined)
  })

  const damages = {
    'cut short': (file: Buffer) => file.subarray(0, -1),
    'cut inside its numbers': (file: Buffer) => file.subarray(0, -10),
    longer: (file: Buffer) => Buffer.concat([file, Buffer.alloc(8)]),
    empty: () => Buffer.alloc(0),
  }
  for (const [name, damage] of Object.entries(damages))
    it(`takes nothing from a file that is ${name}, and writes it anew`, () => {
      const { file, cache } = cacheWith()
      writeFileSync(file, damage(readFileSync(file)))
      assert.equal(cache.find(key), undefined)
      cache.add(key, compiled)
      assert.deepEqual(cache.find(key), compiled)
    })

  it('does not grow without end', () => {
    const { root, cache } = cacheWith()
    for (let at = 0; at < 200; at++) cache.add({ ...key, facts: `${at}` }, compiled)
    assert.ok(readdirSync(join(root, 'seccomp')).length <= 64)
    assert.deepEqual(cache.find({ ...key, facts: '199' }), compiled)
  })

  it('does without a place to write', () => {
    const root = join(newRoot(), 'file')
    writeFileSync(root, '')
    const cache = seccompCache(root)
    cache.add(key, compiled)
    assert.equal(cache.find(key), undefined)
  })
})
