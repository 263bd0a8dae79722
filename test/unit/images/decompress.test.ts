// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { decompress } from '../../../images/compression.ts'
import { readAll } from './read-all.ts'
import { chunksOf } from './unpack/scratch-root.ts'

const bytes = Buffer.concat([randomBytes(1_000_000), Buffer.alloc(2_000_000, 'content')])
const packed = (program: string) =>
  execFileSync(program, ['-c'], { input: bytes, maxBuffer: 2 ** 26 })
const gzip = gzipSync(bytes)
const others = ['bzip2', 'xz', 'zstd'] as const
const formats = [['gzip', gzip] as const, ...others.map((name) => [name, packed(name)] as const)]

const opened = async (content: Buffer, chunkBytes = 65_536) =>
  (await decompress(chunksOf(content, chunkBytes))).content

describe('decompress', () => {
  for (const [name, content] of formats) {
    it(`knows ${name} by its first bytes`, async () => {
      const found = await decompress(chunksOf(content, 3))
      assert.equal(found.compression, name)
      for await (const chunk of found.content) {
        assert.ok(chunk.length > 0 && chunk.equals(bytes.subarray(0, chunk.length)))
        break
      }
    })

    it(`gives what is in ${name}, of several parts too`, async () => {
      const parts = Buffer.concat([content, content])
      assert.ok((await readAll(await opened(parts))).equals(Buffer.concat([bytes, bytes])))
    })

    const damage: readonly (readonly [name: string, content: Buffer])[] = [
      ['cut off', content.subarray(0, content.length - 20)],
      ['cut off early', content.subarray(0, 16)],
      ['without its last byte', content.subarray(0, content.length - 1)],
      ['changed in the middle', changed(content, content.length >> 1)],
      ['followed by text', Buffer.concat([content, Buffer.from('some text behind it')])],
    ]
    for (const [what, broken] of damage) {
      it(`refuses ${name} that is ${what}`, async () => {
        await assert.rejects(opened(broken).then(readAll), { code: 'ARCHIVE_INVALID' })
      })
    }

    it(`stops reading the source of ${name} when nobody reads on`, async () => {
      let stopped = false
      async function* endless() {
        try {
          for (;;) yield content
        } finally {
          stopped = true
        }
      }
      for await (const chunk of (await decompress(endless())).content) {
        if (chunk.length > 0) break
      }
      assert.ok(stopped)
    })

    it(`passes on what the source of ${name} fails with`, async () => {
      const failure = new Error('the source broke')
      async function* failing() {
        yield content.subarray(0, 100_000)
        throw failure
      }
      const { content: found } = await decompress(failing())
      await assert.rejects(readAll(found), (error) => error === failure)
    })
  }

  it('gives what is not compressed as it is', async () => {
    for (const content of [bytes, Buffer.from('short'), Buffer.alloc(0)]) {
      const found = await decompress(chunksOf(content, 4096))
      assert.equal(found.compression, 'none')
      assert.ok((await readAll(found.content)).equals(content))
    }
  })

  it('says what is missing when the host has no program for it', async (t) => {
    const { PATH } = process.env
    t.after(() => void Object.assign(process.env, { PATH }))
    process.env['PATH'] = '/nonexistent'
    await assert.rejects(opened(Buffer.from('fd377a585a000000', 'hex')).then(readAll), {
      code: 'COMPRESSION_UNSUPPORTED',
      message: 'cannot decompress xz data: there is no program xz in PATH',
      hint: 'install xz-utils, or compress it again with gzip',
    })
  })

  it('stops at a limit', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000))
    const { content } = await decompress(chunksOf(bomb, 4096), { maxBytes: 49_999_999 })
    await assert.rejects(readAll(content), {
      code: 'ARCHIVE_INVALID',
      message: /more than 49999999 bytes/,
    })
  })

  for (const [what, behind] of [
    ['zeros', Buffer.alloc(100)],
    ['one zero', Buffer.alloc(1)],
    ['a byte', Buffer.from('x')],
    ['the start of another part', gzip.subarray(0, 2)],
  ] as const) {
    for (const chunkBytes of [gzip.length, 65_536]) {
      it(`refuses gzip with ${what} behind it, in chunks of ${chunkBytes}`, async () => {
        const content = opened(Buffer.concat([gzip, behind]), chunkBytes)
        await assert.rejects(content.then(readAll), { code: 'ARCHIVE_INVALID' })
      })
    }
  }
})

function changed(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content)
  copy.fill(0x55, at, at + 50)
  return copy
}
