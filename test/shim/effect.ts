// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { type Requirement, requires } from '../harness/requires.ts'
import { type Box, kinds as bothKinds, inBox, type Kind, type Outcome } from './box.ts'

/** What an op does, seen from inside by a script that runs after it. */
export interface Effect {
  /** Ends the sentence that begins with the op's name. */
  readonly name: string
  /** With and without a user namespace if not given. */
  readonly kinds?: readonly Kind[]
  /** More than one id, devices: a normal user has neither. */
  readonly root?: boolean
  readonly needs?: Requirement
  readonly stdio?: readonly [StdioMode, StdioMode, StdioMode]
  /** Before the container is started. */
  readonly before?: (box: Box) => Promise<void> | void
  /** Before the pivot, when paths of the host still exist. */
  readonly early?: (box: Box) => readonly Op[]
  readonly late?: readonly Op[]
  readonly atGate?: (init: number, box: Box) => void
  readonly script: string
  /** All of stdout, without the last line's end. */
  readonly want: string | RegExp
  readonly check?: (outcome: Outcome, box: Box) => void
}

export function testEffects(op: string, effects: readonly Effect[]): void {
  for (const effect of effects)
    for (const kind of effect.kinds ?? bothKinds) {
      const { name, stdio, root = false, needs = root ? 'root' : undefined } = effect
      const options = { kind, ...(stdio === undefined ? {} : { stdio }) }
      const body = inBox(options, (box) => see(box, effect))
      it(`${op} ${name} [${kind}]`, needs === undefined ? {} : requires(needs), body)
    }
}

async function see(box: Box, effect: Effect): Promise<void> {
  const { before, early, late = [], atGate, script, want, check } = effect
  await before?.(box)
  const outcome = await box.run({
    early: early?.(box) ?? [],
    late,
    script,
    atGate: (init) => atGate?.(init, box),
  })
  const stdout = outcome.stdout.trimEnd()
  assert.equal(outcome.stderr, '')
  if (want instanceof RegExp) assert.match(stdout, want)
  else assert.equal(stdout, want)
  assert.equal(outcome.status, 0)
  check?.(outcome, box)
}
