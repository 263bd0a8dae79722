// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { reasonOf } from '../../../../../core/spec/seccomp/actions.ts'
import {
  type Assembler,
  createAssembler,
  type Label,
} from '../../../../../core/spec/seccomp/assembler.ts'
import { decode, runFilter } from './bpf.ts'

const [yes, no, other] = [1, 2, 3]
const call = { number: 7, arch: 0 }

/** Steps that do nothing but take room. */
function pad(assembler: Assembler, next: Label, count: number): Label {
  let label = next
  for (let added = 0; added < count; added++) label = assembler.load(0, label)
  return label
}

/** A chain that answers `answer`, with `room` instructions written in front of it. */
function target(assembler: Assembler, answer: number, room: number): Label {
  const label = assembler.load(0, assembler.ret(answer))
  pad(assembler, assembler.ret(other), room)
  return label
}

describe('createAssembler', () => {
  for (const farther of ['ifTrue', 'ifFalse'] as const) {
    it(`reaches both ways at every distance around the longest jump, ${farther} farther`, () => {
      for (let near = 240; near <= 260; near++) {
        for (let beyond = 0; beyond <= 20; beyond++) {
          for (const [value, want] of [
            [call.number, yes],
            [call.number + 1, no],
          ] as const) {
            const assembler = createAssembler()
            const far = target(assembler, farther === 'ifTrue' ? yes : no, beyond)
            const close = target(assembler, farther === 'ifTrue' ? no : yes, near)
            const [ifTrue, ifFalse] = farther === 'ifTrue' ? [far, close] : [close, far]
            assembler.load(0, assembler.test('equal', value, ifTrue, ifFalse))
            assert.equal(runFilter(assembler.finish(), call).returns, want, `${near} ${beyond}`)
          }
        }
      }
    })
  }

  it('goes on to a step that was not written last', () => {
    const assembler = createAssembler()
    const chosen = target(assembler, yes, 300)
    assembler.load(0, assembler.and(0xff, chosen))
    assert.equal(runFilter(assembler.finish(), call).returns, yes)
  })

  it('writes an answer once for all who are near', () => {
    const assembler = createAssembler()
    assembler.load(0, assembler.test('anyBit', 8, assembler.ret(yes), assembler.ret(yes)))
    assert.equal(decode(assembler.finish()).length, 3)
  })

  it('takes 4,096 instructions and no more', () => {
    const assembler = createAssembler()
    const full = pad(assembler, assembler.ret(yes), 4095)
    assert.equal(decode(assembler.finish()).length, 4096)
    const isTooLong = (error: unknown) =>
      error instanceof TsbuildError && /4096/.test(reasonOf(error))
    assert.throws(() => assembler.load(0, full), isTooLong)
  })
})
