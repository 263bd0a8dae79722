// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { makeTar, type TarFields } from '../tar/make-tar.ts'
import { directory, file, hardLink, link } from '../unpack/hostile.ts'
import { withCanary } from './hostile-layers.ts'
import { type ScratchLayers, scratchLayers } from './layers.ts'

const everything: readonly TarFields[] = [
  { ...directory('./'), mtime: 1 },
  { ...directory('d'), pax: { mtime: '1.5', 'SCHILY.xattr.user.mine': 'x' } },
  file('d/file', 'f'.repeat(600)),
  hardLink('d/other', 'd/file'),
  link('d/link', '../../outside'),
  file('d/.wh.gone', ''),
  file('d/.wh..wh..opq', ''),
  { name: 'fifo', type: '6' },
  { name: 'null', type: '3', device: [1, 3] },
  {
    name: 'x',
    body: 'xy',
    pax: { 'GNU.sparse.size': '9', 'GNU.sparse.map': '0,1,5,1', path: 'a/b' },
  },
]
const good = makeTar(...everything)

/** Whatever these bytes are: unpacked, or refused with the one code; nothing else. */
async function isHarmless(scratch: ScratchLayers, archive: Buffer): Promise<'made' | 'refused'> {
  let root = ''
  try {
    root = await scratch.tree(archive)
    return 'made'
  } catch (error) {
    assert.ok(error instanceof TsbuildError && error.code === 'ARCHIVE_INVALID', String(error))
    return 'refused'
  } finally {
    rmSync(root === '' ? `${scratch.base}/tree` : root, { recursive: true, force: true })
  }
}

/** Makes the checksums of all headers fit again that the whole archive has in these places. */
function withChecksums(archive: Buffer): Buffer {
  for (let at = 0; at < good.length; at += 512) {
    if (good.toString('latin1', at + 257, at + 262) !== 'ustar') continue
    const block = archive.subarray(at, at + 512)
    block.fill(' ', 148, 156)
    const sum = block.reduce((total, byte) => total + byte, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
  return archive
}

describe('a layer with everything in it', () => {
  it('is unpacked as it is', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    assert.equal(await isHarmless(scratch, good), 'made')
  })

  it('is harmless wherever it is cut off', async (t) => {
    const scratch = scratchLayers()
    t.after(scratch.dispose)
    await withCanary(scratch, async () => {
      for (let length = 0; length < good.length - 1024; length += 61) {
        const want = length % 512 === 0 ? undefined : 'refused'
        const found = await isHarmless(scratch, good.subarray(0, length))
        assert.ok(want === undefined || found === want, `cut off at ${length}: ${found}`)
      }
    })
  })

  for (const value of [0x00, 0x2f, 0x39, 0x80, 0xff]) {
    it(`is harmless whatever byte is ${value}`, async (t) => {
      const scratch = scratchLayers()
      t.after(scratch.dispose)
      await withCanary(scratch, async () => {
        // Every place of a header comes up, as 512 and 23 have no common divisor.
        for (let at = value % 23; at < good.length; at += 23) {
          const changed = Buffer.from(good)
          changed[at] = value
          await isHarmless(scratch, withChecksums(changed))
        }
      })
    })
  }
})
