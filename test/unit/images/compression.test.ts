// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { detectPacking, openArchive } from '../../../images/compression.ts'
import { makeTar } from './tar/make-tar.ts'

const tar = makeTar({ name: 'a', body: randomBytes(3_000_000) })
const gzip = gzipSync(tar)
const magic = (...bytes: readonly number[]) =>
  Buffer.concat([Buffer.from(bytes), Buffer.alloc(600)])

interface Case {
  readonly name: string
  readonly content: Buffer
  readonly want: ReturnType<typeof detectPacking> | RegExp
}

const cases: readonly Case[] = [
  { name: 'a tar', content: tar, want: 'tar' },
  {
    name: 'a tar of before POSIX',
    content: makeTar({ name: 'a', change: (block) => block.fill(0, 257) }),
    want: 'tar',
  },
  {
    name: 'a tar with a damaged header',
    content: makeTar({ name: 'a', checksum: 1 }),
    want: 'tar',
  },
  { name: 'a tar in gzip', content: gzip, want: 'tar+gzip' },
  { name: 'text in gzip', content: gzipSync('text'), want: 'none' },
  {
    name: 'a gzip of more zeros than it seems',
    content: gzipSync(Buffer.alloc(50_000_000)),
    want: 'none',
  },
  { name: 'text', content: Buffer.alloc(600, 'text'), want: 'none' },
  { name: 'zeros', content: Buffer.alloc(10_240), want: 'none' },
  { name: 'nothing', content: Buffer.alloc(0), want: 'none' },
  {
    name: 'gzip that is damaged at once',
    content: magic(0x1f, 0x8b, 8),
    want: /damaged or cut off/,
  },
  { name: 'bzip2', content: Buffer.from('BZh91AY'), want: /compressed with bzip2/ },
  { name: 'xz', content: magic(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), want: /compressed with xz/ },
  { name: 'zstd', content: magic(0x28, 0xb5, 0x2f, 0xfd), want: /compressed with zstd/ },
]

function opened(t: TestContext, content: Buffer): number {
  const directory = mkdtempSync(join(tmpdir(), 'tsbuild-compression-test-'))
  writeFileSync(join(directory, 'file'), content)
  const fd = openSync(join(directory, 'file'), 'r')
  t.after(() => {
    closeSync(fd)
    rmSync(directory, { recursive: true })
  })
  return fd
}

async function readAll(fd: number, packing: 'tar' | 'tar+gzip'): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of openArchive(fd, packing)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('detectPacking', () => {
  for (const { name, content, want } of cases) {
    it(name, (t) => {
      const fd = opened(t, content)
      if (typeof want === 'string') assert.equal(detectPacking(fd), want)
      else assert.throws(() => detectPacking(fd), { code: 'ARCHIVE_INVALID', message: want })
    })
  }
})

describe('openArchive', () => {
  it('gives the bytes of a tar', async (t) => {
    assert.ok((await readAll(opened(t, tar), 'tar')).equals(tar))
  })

  it('unpacks gzip, of several members too', async (t) => {
    const members = Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))])
    assert.ok((await readAll(opened(t, members), 'tar+gzip')).equals(tar))
  })

  const damage: readonly (readonly [name: string, content: Buffer])[] = [
    ['cut off', gzip.subarray(0, gzip.length - 20)],
    ['without its checksum', gzip.subarray(0, gzip.length - 8)],
    ['with a wrong checksum', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)])],
    [
      'changed in the middle',
      Buffer.concat([gzip.subarray(0, 500), Buffer.alloc(50), gzip.subarray(550)]),
    ],
  ]
  for (const [name, content] of damage) {
    it(`refuses gzip ${name}`, async (t) => {
      await assert.rejects(readAll(opened(t, content), 'tar+gzip'), { code: 'ARCHIVE_INVALID' })
    })
  }
})
