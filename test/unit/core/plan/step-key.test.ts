// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type StepPlace,
  type StepReads,
  stepInputs,
  stepKey,
} from '../../../../core/plan/step-key.ts'
import { stepsOf } from './plan.ts'

const place: StepPlace = {
  parent: 'sha256:0',
  platform: { os: 'linux', architecture: 'amd64' },
}
const reads: StepReads = { content: ['sha256:1'], options: {}, defaults: {} }

/** The key of the last step that may change files. */
function keyOf(
  lines: string,
  given: { place?: object; reads?: object; buildArgs?: Record<string, string> } = {},
) {
  const { buildArgs = {} } = given
  const steps = stepsOf(`FROM debian\n${lines}`, { buildArgs })
  const step = steps.findLast((found) => found.kind !== 'config')
  assert.ok(step)
  const inputs = stepInputs(step, { ...reads, ...given.reads })
  return stepKey({ ...place, ...inputs, ...given.place })
}

const same: readonly (readonly [name: string, lines: string, other: string])[] = [
  ['settings that no command sees', 'RUN x', 'LABEL a=b\nEXPOSE 1\nCMD y\nRUN x'],
  ['the order of variables', 'ENV a=1 b=2\nRUN x', 'ENV b=2 a=1\nRUN x'],
  ['ENV for COPY', 'COPY a /b', 'ENV a=1\nCOPY a /b'],
  ['how a destination is written', 'COPY a /b/c', 'WORKDIR /b\nCOPY a c'],
  ['ARG without a value', 'RUN x', 'ARG a\nRUN x'],
  ['where the same content lies', 'COPY a /b', 'COPY c /b'],
]

const different: readonly (readonly [name: string, lines: string, other: string])[] = [
  ['the command', 'RUN x', 'RUN y'],
  ['the form of the command', 'RUN x', 'RUN ["x"]'],
  ['the shell', 'RUN x', 'SHELL ["/bin/bash", "-c"]\nRUN x'],
  ['ENV', 'RUN x', 'ENV a=1\nRUN x'],
  ['ARG', 'ARG a=1\nRUN x', 'ARG a=2\nRUN x'],
  ['the user', 'RUN x', 'USER 1\nRUN x'],
  ['the directory', 'RUN x', 'WORKDIR /a\nRUN x'],
  ['the network', 'RUN x', 'RUN --network=none x'],
  ['volumes', 'RUN x', 'VOLUME /a\nRUN x'],
  ['the owner', 'COPY a /b', 'COPY --chown=1 a /b'],
  ['the mode', 'COPY a /b', 'COPY --chmod=1 a /b'],
  ['the verb', 'COPY a /b', 'ADD a /b'],
  ['the destination', 'COPY a /b', 'COPY a /b/'],
  ['a directory', 'WORKDIR /a', 'WORKDIR /b'],
  ['the owner of a directory', 'WORKDIR /a', 'USER 1\nWORKDIR /a'],
]

describe('the key of a step', () => {
  for (const [name, lines, other] of same) {
    it(`does not know ${name}`, () => assert.equal(keyOf(lines), keyOf(other)))
  }
  for (const [name, lines, other] of different) {
    it(`knows ${name}`, () => assert.notEqual(keyOf(lines), keyOf(other)))
  }

  const arm = { os: 'linux', architecture: 'arm64' }
  for (const other of [{ parent: 'sha256:1' }, { platform: arm }]) {
    it(`knows the ${Object.keys(other)}`, () => {
      assert.notEqual(keyOf('RUN x'), keyOf('RUN x', { place: other }))
    })
  }

  it('knows the content that is copied, and the network of the build', () => {
    assert.notEqual(keyOf('COPY a /b'), keyOf('COPY a /b', { reads: { content: [] } }))
    const none = { reads: { options: { network: ['none'] } } }
    assert.notEqual(keyOf('RUN x'), keyOf('RUN x', none))
    assert.equal(keyOf('RUN --network=none x'), keyOf('RUN x', none))
  })

  it('knows what containers.conf says to a command', () => {
    const umask = { reads: { defaults: { umask: 0 } } }
    assert.notEqual(keyOf('RUN x'), keyOf('RUN x', umask))
    assert.equal(keyOf('COPY a /b'), keyOf('COPY a /b', umask))
  })

  it('knows a proxy only when it is declared', () => {
    const buildArgs = { HTTP_PROXY: 'p' }
    assert.equal(keyOf('RUN x', { buildArgs }), keyOf('RUN x'))
    assert.notEqual(keyOf('ARG HTTP_PROXY\nRUN x', { buildArgs }), keyOf('RUN x'))
  })
})
