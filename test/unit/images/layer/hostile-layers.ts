// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { makeTar, type TarFields } from '../tar/make-tar.ts'
import { listTree } from '../unpack/list-tree.ts'
import { type ScratchLayers, scratchLayers } from './layers.ts'

/** A layer that wants something it may not have. */
export interface HostileLayer {
  readonly name: string
  /** The layer below it. */
  readonly below?: readonly TarFields[]
  readonly layer: readonly TarFields[] | Buffer
  /** A part of the error, or what must be true of the directory afterwards. */
  readonly want: RegExp | ((root: string, scratch: ScratchLayers) => void)
}

const forms = ['overlay', 'tree'] as const

/** Two tests a case; each also proves that nothing outside of the root was touched. */
export function testHostileLayers(cases: readonly HostileLayer[]): void {
  for (const { name, below, layer, want } of cases) {
    for (const form of forms) {
      it(`${name}: ${form}`, async (t) => {
        const scratch = scratchLayers()
        t.after(scratch.dispose)
        if (below !== undefined) await scratch[form](makeTar(...below))
        const archive = Buffer.isBuffer(layer) ? layer : makeTar(...layer)
        await withCanary(scratch, async () => {
          if (want instanceof RegExp) await assert.rejects(scratch[form](archive), isInvalid(want))
          else want(await scratch[form](archive), scratch)
        })
      })
    }
  }
}

/** Does something and checks that of what is outside nothing changed, no time and no link count. */
export async function withCanary(
  { base }: Pick<ScratchLayers, 'base'>,
  action: () => Promise<void>,
): Promise<void> {
  const outside = join(base, 'outside')
  if (!existsSync(outside)) makeCanary(outside)
  const before = listTree(outside)
  await action()
  assert.deepEqual(listTree(outside), before)
  const others = readdirSync(base).filter((name) => !/^(layer\d+|tree|outside)$/.test(name))
  assert.deepEqual(others, [])
  assert.ok(!existsSync('/escaped'))
}

function makeCanary(outside: string): void {
  mkdirSync(join(outside, 'directory'), { recursive: true })
  for (const name of ['secret', 'directory/x', 'directory/y', '.wh.secret']) {
    writeFileSync(join(outside, name), `canary ${name}`)
  }
  chmodSync(join(outside, 'secret'), 0o4711)
  symlinkSync('secret', join(outside, 'link'))
}

/** An expected failure, with these words in it or in its cause. */
export function isInvalid(words: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof TsbuildError, String(error))
    assert.equal(error.code, 'ARCHIVE_INVALID')
    const cause = error.cause instanceof Error ? error.cause.message : ''
    assert.match(`${error.message} ${cause}`, words)
    return true
  }
}
