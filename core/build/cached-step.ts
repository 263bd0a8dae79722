// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { digestHex, sha256 } from '../../images/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import { readCache, writeCache } from '../store/cache.ts'
import { snapshotFs } from '../store/layout.ts'
import { type Change, withChange } from './change.ts'
import { type StageFiles, withLayer } from './files.ts'
import type { BuildSession } from './session.ts'

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
 * @param inputs all that decides the result beside the files below
 * @param work does it; 'unchanged' when there was nothing to do, which leaves no layer
 */
export async function cachedStep(
  session: BuildSession,
  files: StageFiles,
  inputs: object,
  work: (change: Change) => Promise<'changed' | 'unchanged'>,
): Promise<StepOutcome> {
  const { context, request } = session
  const all = { parent: files.key, driver: files.driver, ...inputs }
  const key = sha256(canonicalJson(all))
  const outcome = (snapshot: string | undefined, how: StepOutcome['how'], created: string) => ({
    files: snapshot === undefined ? files : withLayer(files, snapshot, key),
    hasLayer: snapshot !== undefined,
    how,
    created,
  })
  const known = request.useCache ? readCache(context, digestHex(key)) : undefined
  const isThere = (snapshot: string) => existsSync(snapshotFs(context.paths.root, snapshot))
  if (known?.snapshots.every(isThere)) return outcome(known.snapshots[0], 'cached', known.created)
  context.trace('cache', 'miss', { key, inputs: all })
  const snapshot = await withChange(context, files, async (change) => {
    if ((await work(change)) === 'unchanged') return undefined
    change.keep()
    return change.key
  })
  const created = context.now().toISOString()
  const snapshots = snapshot === undefined ? [] : [snapshot]
  writeCache(context, { key: digestHex(key), created, snapshots, inputs: all })
  return outcome(snapshot, 'done', created)
}
