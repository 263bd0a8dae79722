// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { gzip } from '../../../../images/layer/gzip.ts'
import { readAll } from '../read-all.ts'
import { chunksOf } from '../unpack/scratch-root.ts'

const MIB = 1024 * 1024
const text = Buffer.from(Array.from({ length: 400_000 }, (_, line) => `line ${line}\n`).join(''))
const mixed = Buffer.concat([text, randomBytes(3 * MIB), text, Buffer.alloc(2 * MIB)])

const sizes: readonly (readonly [name: string, content: Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['a byte', Buffer.from('x')],
  ['a block less a byte', mixed.subarray(0, MIB - 1)],
  ['a block', mixed.subarray(0, MIB)],
  ['a block and a byte', mixed.subarray(0, MIB + 1)],
  ['many blocks', mixed],
]

describe('gzip', () => {
  for (const [name, content] of sizes) {
    it(`of ${name} is read back by gzip(1) and zlib`, async () => {
      const packed = await readAll(gzip([content]))
      const options = { input: packed, maxBuffer: 2 ** 26 }
      assert.ok(gunzipSync(packed).equals(content))
      assert.ok(execFileSync('gzip', ['-dc'], options).equals(content))
    })
  }

  it('is one member without name and time', async () => {
    const packed = await readAll(gzip([Buffer.from('x')]))
    assert.equal(packed.subarray(0, 10).toString('hex'), '1f8b08000000000004ff')
  })

  it('gives the same bytes however the source is cut', async () => {
    const want = digest(await readAll(gzip([mixed])))
    for (const length of [100_000, MIB, 1_500_000]) {
      assert.equal(digest(await readAll(gzip(chunksOf(mixed, length)))), want)
    }
  })

  it('gives the same bytes on any number of threads', () => {
    const module = fileURLToPath(new URL('../../../../images/layer/gzip.js', import.meta.url))
    const script = `
      const { gzip } = await import(process.argv[1])
      for await (const chunk of gzip(process.stdin)) process.stdout.write(chunk)`
    const [one, two, many] = ['1', '2', '16'].map((threads) =>
      digest(
        execFileSync(process.execPath, ['--input-type=module', '-e', script, module], {
          input: mixed,
          maxBuffer: 2 ** 26,
          env: { ...process.env, UV_THREADPOOL_SIZE: threads },
        }),
      ),
    )
    assert.ok(one === two && two === many)
  })

  it('refers back to the block before', async () => {
    const noise = randomBytes(20_000)
    const filler = Buffer.alloc(MIB - noise.length)
    const packed = await readAll(gzip([Buffer.concat([filler, noise, noise])]))
    assert.ok(packed.length < 1.5 * noise.length, `${packed.length} bytes`)
  })

  it('lets the source use its buffer again', async () => {
    function* reusing() {
      const buffer = Buffer.alloc(700_000)
      for (let at = 0; at < mixed.length; at += buffer.length) {
        yield buffer.subarray(0, mixed.copy(buffer, 0, at))
      }
    }
    assert.ok(gunzipSync(await readAll(gzip(reusing()))).equals(mixed))
  })

  it('reads no further than some blocks ahead', async () => {
    let given = 0
    function* endless() {
      for (;;) {
        given += 1
        yield randomBytes(MIB)
      }
    }
    let taken = 0
    for await (const chunk of gzip(endless())) {
      taken += 1
      assert.ok(chunk.length > 0 && given <= taken + 9, `${given} given, ${taken} taken`)
      if (taken === 20) break
    }
  })

  it('passes on what the source fails with', async () => {
    const failure = new Error('the source broke')
    async function* failing() {
      yield mixed
      throw failure
    }
    await assert.rejects(readAll(gzip(failing())), (error) => error === failure)
  })

  it('is smaller at a higher level', async () => {
    const [fast, small] = await Promise.all([1, 9].map((level) => readAll(gzip([text], level))))
    assert.ok(fast !== undefined && small !== undefined && small.length < fast.length)
  })
})

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
