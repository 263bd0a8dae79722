// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { detectPacking, openArchive, type Packing } from '../../../images/compression.ts'
import { readAll } from './read-all.ts'
import { makeTar } from './tar/make-tar.ts'

const tar = makeTar({ name: 'a', body: randomBytes(3_000_000) })
const gzip = gzipSync(tar)
const magic = (...bytes: readonly number[]) =>
  Buffer.concat([Buffer.from(bytes), Buffer.alloc(600)])

interface Case {
  readonly name: string
  readonly content: Buffer
  readonly want: Packing | RegExp
}

const packed = (program: string, content: Buffer | string) =>
  execFileSync(program, ['-c'], { input: content, maxBuffer: 2 ** 26 })

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
  { name: 'a tar in bzip2', content: packed('bzip2', tar), want: 'tar+bzip2' },
  { name: 'a tar in xz', content: packed('xz', tar), want: 'tar+xz' },
  { name: 'a tar in zstd', content: packed('zstd', tar), want: 'tar+zstd' },
  { name: 'text in bzip2', content: packed('bzip2', 'text'), want: 'none' },
  { name: 'nothing in bzip2', content: packed('bzip2', ''), want: 'none' },
  { name: 'text in xz', content: packed('xz', 'text'), want: 'none' },
  { name: 'text in zstd', content: packed('zstd', 'text'), want: 'none' },
  { name: 'text that starts like bzip2', content: Buffer.from('BZh91AY'), want: 'none' },
  { name: 'a file of compress(1)', content: magic(0x1f, 0x9d, 0x90), want: 'none' },
  {
    name: 'xz that is damaged at once',
    content: magic(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
    want: /damaged or cut off/,
  },
  {
    name: 'zstd that is damaged at once',
    content: magic(0x28, 0xb5, 0x2f, 0xfd),
    want: /damaged or cut off/,
  },
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

describe('detectPacking', () => {
  for (const { name, content, want } of cases) {
    it(name, async (t) => {
      const fd = opened(t, content)
      if (typeof want === 'string') assert.equal(await detectPacking(fd), want)
      else await assert.rejects(detectPacking(fd), { code: 'ARCHIVE_INVALID', message: want })
    })
  }
})

describe('openArchive', () => {
  const packings = [
    ['tar', tar],
    ['tar+gzip', gzip],
    ['tar+bzip2', packed('bzip2', tar)],
    ['tar+xz', packed('xz', tar)],
    ['tar+zstd', packed('zstd', tar)],
  ] as const
  for (const [packing, content] of packings) {
    it(`gives the bytes of a ${packing}`, async (t) => {
      assert.ok((await readAll(openArchive(opened(t, content), packing))).equals(tar))
    })
  }
})
