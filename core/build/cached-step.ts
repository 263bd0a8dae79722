// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { digestHex, sha256 } from '../../images/digest.ts'
import { hostPlatform } from '../../images/platform.ts'
import { stepKey } from '../plan/step-key.ts'
import { readCache, writeCache } from '../store/cache.ts'
import { snapshotFs } from '../store/layout.ts'
import { type Change, withChange } from './change.ts'
import { type StageFiles, withLayer } from './files.ts'
import type { BuildSession } from './session.ts'

/**
 * What the work of a step came to. 'unchanged': there was nothing to do, it leaves no layer;
 * 'changed once': not by its inputs alone, so it is not to be found again.
 */
export type StepResult = 'changed' | 'unchanged' | 'changed once'

/** What a step did to the files. */
export interface StepOutcome {
  readonly files: StageFiles
  /** Whether it added a layer. */
  readonly hasLayer: boolean
  readonly how: 'done' | 'cached'
  /** RFC 3339: when it was done, now or then. */
  readonly created: string
}

/**
 * Does a step, or takes what it made when it was done with the same inputs before.
 *
 * @param inputs of `stepInputs`
 */
export async function cachedStep(
  session: BuildSession,
  files: StageFiles,
  inputs: object,
  work: (change: Change) => Promise<StepResult>,
): Promise<StepOutcome> {
  const { context } = session
  const place = { parent: files.key, driver: files.driver, platform: hostPlatform() }
  const key = stepKey(place, inputs)
  const known = lookUp(session, digestHex(key))
  if (known !== undefined) return outcomeOf(files, { ...known, key, how: 'cached' })
  context.trace('cache', 'miss', { key, inputs: { ...place, ...inputs } })
  const { snapshots, result } = await withChange(context, files, async (change) => {
    const result = await work(change)
    if (result !== 'unchanged') change.keep()
    return { result, snapshots: result === 'unchanged' ? [] : [change.key] }
  })
  const created = context.now().toISOString()
  if (result === 'changed once')
    return outcomeOf(files, { key: sha256(context.randomId()), snapshots, created, how: 'done' })
  writeCache(context, { key: digestHex(key), created, snapshots, inputs: { ...place, ...inputs } })
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
