// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { prefixedLines } from '../../../cli/prefixed-lines.ts'

/** What comes of these writes: a program, and what it writes; undefined ends it. */
const written = (writes: readonly (readonly [prefix: string, text: string | undefined])[]) => {
  const out: Buffer[] = []
  const lines = prefixedLines((bytes) => void out.push(bytes))
  for (const [prefix, text] of writes) {
    if (text === undefined) lines.end(prefix)
    else lines.add(prefix, Buffer.from(text))
  }
  return Buffer.concat(out).toString()
}

describe('lines with prefixes', () => {
  it('are whole, however they were written', () => {
    const writes = [
      ['a ', 'one'],
      ['b ', 'two\nth'],
      ['a ', ' more\n'],
      ['b ', 'ree\n'],
    ] as const
    assert.equal(written(writes), 'b two\na one more\nb three\n')
  })

  it('get their end when the program ends, and none twice', () => {
    assert.equal(
      written([
        ['a ', 'x'],
        ['a ', undefined],
        ['a ', undefined],
      ]),
      'a x\n',
    )
    assert.equal(
      written([
        ['a ', 'x\n'],
        ['a ', undefined],
      ]),
      'a x\n',
    )
  })

  it('may be empty', () => assert.equal(written([['a ', '\n\n']]), 'a \na \n'))

  it('are cut when they do not end', () => {
    const long = 'x'.repeat(64 * 1024)
    assert.equal(written([['a ', `${long}y\n`]]), `a ${long}\na y\n`)
  })
})
