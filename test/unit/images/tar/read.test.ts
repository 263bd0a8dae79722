// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FileEntry } from '../../../../images/tar/entry.ts'
import { readTar } from '../../../../images/tar/read.ts'
import { chunksOf } from '../unpack/scratch-root.ts'
import { makeTar, type TarFields } from './make-tar.ts'

/** An entry with the content it makes, holes filled with zeros. */
interface Read extends FileEntry {
  readonly content: Buffer
}

async function readAll(archive: Buffer, chunkBytes: number): Promise<Read[]> {
  const entries: Read[] = []
  await readTar(chunksOf(archive, chunkBytes), (entry) => {
    const parts: [position: number, chunk: Buffer][] = []
    return {
      write: (chunk, position) => void parts.push([position, chunk]),
      end(sizeBytes) {
        const content = Buffer.alloc(sizeBytes)
        for (const [position, chunk] of parts) chunk.copy(content, position)
        entries.push({ ...entry, content })
      },
    }
  })
  return entries
}

const readOne = async (fields: TarFields): Promise<Read> => {
  const [entry] = await readAll(makeTar(fields), 512)
  assert.ok(entry)
  return entry
}

interface Case {
  readonly name: string
  readonly fields: TarFields
  readonly want: Partial<FileEntry>
}

const bytes = Buffer.from([0xff, 0xfe, 0x80])

const cases: readonly Case[] = [
  {
    name: 'a name with bytes that are no UTF-8',
    fields: { name: bytes.toString('latin1') },
    want: { path: bytes.toString('latin1') },
  },
  {
    name: 'the same from an extended header',
    fields: { name: 'x', pax: { path: bytes } },
    want: { path: bytes.toString('latin1') },
  },
  {
    name: 'ids of 32 bits from an extended header',
    fields: { name: 'x', uid: 1, gid: 2, pax: { uid: '4294967294', gid: '3000000000' } },
    want: { uid: 4294967294, gid: 3000000000 },
  },
  {
    name: 'an id in base 256',
    fields: {
      name: 'x',
      change: (block) => Buffer.from([0x80, 0, 0, 0, 0x80, 0, 0, 0]).copy(block, 108),
    },
    want: { uid: 0x80000000 },
  },
  {
    name: 'a time to the nanosecond',
    fields: { name: 'x', pax: { mtime: '1700000000.123456789' } },
    want: { mtime: { seconds: 1700000000, nanoseconds: 123456789 } },
  },
  {
    name: 'a time before 1970',
    fields: { name: 'x', pax: { mtime: '-1.25' } },
    want: { mtime: { seconds: -2, nanoseconds: 750000000 } },
  },
  {
    name: 'a time after 2038',
    fields: { name: 'x', mtime: 2 ** 32 },
    want: { mtime: { seconds: 2 ** 32, nanoseconds: 0 } },
  },
  { name: 'a mode of no bits at all', fields: { name: 'x', mode: 0 }, want: { mode: 0 } },
  { name: 'set-id and sticky bits', fields: { name: 'x', mode: 0o107755 }, want: { mode: 0o7755 } },
  {
    name: 'an attribute of any bytes',
    fields: { name: 'x', pax: { 'SCHILY.xattr.security.capability': bytes } },
    want: { xattrs: new Map([['security.capability', bytes]]) },
  },
  {
    name: 'an attribute that is empty',
    fields: { name: 'x', pax: { 'SCHILY.xattr.user.empty': '' } },
    want: { xattrs: new Map([['user.empty', Buffer.alloc(0)]]) },
  },
  {
    name: 'a device',
    fields: { name: 'x', type: '4', device: [259, 300000] },
    want: { type: 'block', device: { major: 259, minor: 300000 } },
  },
  {
    name: 'a directory from before POSIX',
    fields: { name: 'd/', type: '\0' },
    want: { type: 'directory' },
  },
  { name: 'a contiguous file is a file', fields: { name: 'x', type: '7' }, want: { type: 'file' } },
]

describe('readTar', () => {
  for (const { name, fields, want } of cases) {
    it(name, async () => {
      const entry = await readOne(fields)
      const found = Object.fromEntries(
        Object.keys(want).map((key) => [key, Reflect.get(entry, key)]),
      )
      assert.deepEqual(found, want)
    })
  }

  it('a shared header is for all entries, an own one wins', async () => {
    const shared = { name: 'g', type: 'g', body: '11 gid=777\n' }
    const archive = makeTar(shared, { name: 'a', gid: 1 }, { name: 'b', pax: { gid: '5' } })
    const entries = await readAll(archive, 100)
    assert.deepEqual(
      entries.map(({ gid }) => gid),
      [777, 5],
    )
  })

  it('chunks may end anywhere', async () => {
    const archive = makeTar(
      { name: 'a', body: 'x'.repeat(700) },
      { name: 'b', pax: { path: 'n'.repeat(600), mtime: '1.5' }, body: 'y' },
      { name: 'c', type: '5' },
    )
    const whole = await readAll(archive, archive.length)
    assert.equal(whole.length, 3)
    for (const chunkBytes of [1, 511, 512, 513]) {
      assert.deepEqual(await readAll(archive, chunkBytes), whole)
    }
  })

  it('what the visitor throws ends the reading, as it is', async () => {
    const failure = new Error('full')
    const seen: string[] = []
    const reading = readTar(chunksOf(makeTar({ name: 'a' }, { name: 'b' }), 512), ({ path }) => {
      seen.push(path)
      throw failure
    })
    await assert.rejects(reading, failure)
    assert.deepEqual(seen, ['a'])
  })
})
