// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { makeTar, type TarFields } from '../tar/make-tar.ts'
import { type ScratchRoot, scratchRoot } from './scratch-root.ts'

/** An archive that wants something it may not have. */
export interface HostileCase {
  readonly name: string
  readonly archive: readonly TarFields[] | Buffer
  /** What the root has before. */
  readonly before?: (scratch: ScratchRoot) => void
  /** A part of the error, or what must be true of the root afterwards. */
  readonly want: RegExp | ((root: string, scratch: ScratchRoot) => void)
}

export const file = (name: string, body = 'hostile'): TarFields => ({ name, body })
export const link = (name: string, target: string): TarFields => ({ name, type: '2', link: target })
export const hardLink = (name: string, target: string): TarFields => ({
  name,
  type: '1',
  link: target,
})
export const directory = (name: string): TarFields => ({ name, type: '5', mode: 0o755 })

export const text = (root: string, path: string) => readFileSync(join(root, path), 'utf8')

/** One test a case; each also proves that nothing outside of the root was touched. */
export function testHostile(cases: readonly HostileCase[]): void {
  for (const { name, archive, before, want } of cases) {
    it(name, async (t) => {
      const scratch = scratchRoot()
      t.after(scratch.dispose)
      const outside = join(scratch.base, 'outside')
      mkdirSync(outside)
      writeFileSync(join(outside, 'secret'), 'secret')
      before?.(scratch)
      const unpacked = scratch.unpack(Buffer.isBuffer(archive) ? archive : makeTar(...archive))
      if (want instanceof RegExp) await assert.rejects(unpacked, isArchiveError(want))
      else {
        await unpacked
        want(scratch.root, scratch)
      }
      assert.deepEqual(readdirSync(scratch.base).sort(), ['outside', 'root'])
      assert.deepEqual(readdirSync(outside), ['secret'])
      assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'secret')
      assert.ok(!existsSync('/escaped'))
    })
  }
}

/** An expected failure, with these words in it or in its cause. */
function isArchiveError(words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof TsbuildError, String(error))
    assert.equal(error.code, 'ARCHIVE_INVALID')
    const cause = error.cause instanceof Error ? error.cause.message : ''
    assert.match(`${error.message} ${cause}`, words)
    return true
  }
}
