// SPDX-License-Identifier: Apache-2.0
import type { BuildSession, StageResult } from './session.ts'
import { buildStage } from './stage.ts'

/**
 * Builds the stages that the target needs, each as soon as those it needs are there, and at most
 * `jobs` at once.
 *
 * @returns the target's
 */
export async function buildStages(session: BuildSession): Promise<StageResult> {
  const { plan, request } = session
  const failed = new AbortController()
  const signal = AbortSignal.any([session.signal, failed.signal])
  const results = new Map<number, StageResult>()
  const waiting = [...plan.needed]
  const running = new Map<number, Promise<number>>()
  try {
    while (waiting.length > 0 || running.size > 0) {
      for (const index of startable()) running.set(index, start(index))
      const done = await Promise.race(running.values())
      running.delete(done)
    }
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(running.values())
    throw error
  }
  const result = results.get(plan.target)
  if (result === undefined) throw new TypeError('the target is one of the stages it needs')
  return result

  function startable(): number[] {
    const ready = waiting.filter((index) =>
      plan.stages[index]?.dependsOn.every((needed) => results.has(needed)),
    )
    const chosen = ready.slice(0, request.jobs - running.size)
    for (const index of chosen) waiting.splice(waiting.indexOf(index), 1)
    return chosen
  }

  async function start(index: number): Promise<number> {
    const stage = plan.stages[index]
    if (stage === undefined) throw new TypeError(`there is no stage ${index}`)
    results.set(index, await buildStage({ ...session, signal }, { stage, results }))
    return index
  }
}
