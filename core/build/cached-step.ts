// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { digestHex, sha256 } from '../../images/digest.ts'
import { hostPlatform } from '../../images/platform.ts'
import { stepKey } from '../plan/step-key.ts'
import { readCache, writeCache } from '../store/cache.ts'
import { snapshotFs } from '../store/layout.ts'
import { withChange } from './change.ts'
import type { Digester } from './digester.ts'
import { type StageFiles, withLayer } from './files.ts'
import type { PerformStep, StepOutcome } from './perform-step.ts'
import type { BuildSession } from './session.ts'

/** A step that took this long made a layer that may take long to digest as well. */
const LONG_MS = 300

/**
 * Does each step in a snapshot of its own, or takes what it made with the same inputs before.
 *
 * @param digester gets the layers of long steps, where they will be layers of an image
 */
export const cachedSteps =
  (session: BuildSession, digester: Digester | undefined): PerformStep =>
  async (files, inputs, work) => {
    const start = performance.now()
    const { context } = session
    const all = { parent: files.key, platform: hostPlatform(), ...inputs }
    const key = stepKey(all)
    const known = lookUp(session, digestHex(key))
    if (known !== undefined) return outcomeOf(files, { ...known, key, how: 'cached' })
    context.trace('cache', 'miss', { key, inputs: all })
    const { snapshots, result } = await withChange(context, files, async (change) => {
      const result = await work(change)
      if (result !== 'unchanged') change.keep()
      return { result, snapshots: result === 'unchanged' ? [] : [change.key] }
    })
    const created = context.now().toISOString()
    if (result === 'changed once')
      return outcomeOf(files, { key: sha256(context.randomId()), snapshots, created, how: 'done' })
    writeCache(context, { key: digestHex(key), created, snapshots, inputs: all })
    if (snapshots.length > 0 && performance.now() - start > LONG_MS)
      digester?.add({ snapshots }, files.layers)
    return outcomeOf(files, { key, snapshots, created, how: 'done' })
  }

function lookUp({ context, request }: BuildSession, key: string) {
  const known = request.useCache ? readCache(context, key) : undefined
  const isThere = (snapshot: string) => existsSync(snapshotFs(context.paths.root, snapshot))
  return known?.snapshots.every(isThere) ? known : undefined
}

interface Made {
  readonly key: StageFiles['key']
  readonly snapshots: readonly string[]
  readonly created: string
  readonly how: StepOutcome['how']
}

function outcomeOf(files: StageFiles, { key, snapshots, created, how }: Made): StepOutcome {
  const [snapshot] = snapshots
  if (snapshot === undefined) return { files, hasLayer: false, how, created }
  return { files: withLayer(files, snapshot, key), hasLayer: true, how, created }
}
