// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isAllowedSkip } from '../../harness/allowed-skips.ts'
import type { Event } from '../../harness/schedule.ts'
import { createSummary } from '../../harness/summary.ts'

const skips: readonly { reason: string; people: boolean; ci: boolean }[] = [
  { reason: 'needs arm64: this machine is x64', people: true, ci: true },
  { reason: 'needs cgroup controllers: none', people: true, ci: true },
  { reason: 'needs program:buildah: not installed: npm run setup', people: true, ci: false },
  { reason: 'needs kind:subid: no such user here', people: true, ci: false },
  { reason: 'needs tun: cannot be opened', people: true, ci: false },
  { reason: 'needs time: later', people: false, ci: false },
  { reason: 'true', people: false, ci: false },
  { reason: '', people: false, ci: false },
]

describe('isAllowedSkip', () => {
  for (const { reason, people, ci } of skips) {
    it(`${JSON.stringify(reason)}: ${people} for people, ${ci} in CI`, () => {
      assert.equal(isAllowedSkip(reason, false), people)
      assert.equal(isAllowedSkip(reason, true), ci)
    })
  }
})

const passed: Event = { result: 'passed', name: 'a > b', ms: 1 }
const failed: Event = { result: 'failed', name: 'a > c', ms: 1, text: 'one\ntwo' }
const skipped: Event = { result: 'skipped', name: 'a > d', ms: 1, text: 'needs tun: none' }

const totals: readonly {
  name: string
  events: Event[]
  inCi: boolean
  last: string
  ok: boolean
}[] = [
  {
    name: 'all passed',
    events: [passed, passed],
    inCi: true,
    last: '2 passed, 0 failed, 0 skipped',
    ok: true,
  },
  {
    name: 'one failed',
    events: [passed, failed],
    inCi: false,
    last: '1 passed, 1 failed, 0 skipped',
    ok: false,
  },
  {
    name: 'a skip of people',
    events: [passed, skipped],
    inCi: false,
    last: '1 passed, 0 failed, 1 skipped',
    ok: true,
  },
  {
    name: 'the same skip in CI',
    events: [passed, skipped],
    inCi: true,
    last: '1 passed, 1 failed, 0 skipped',
    ok: false,
  },
  {
    name: 'nothing was run',
    events: [],
    inCi: true,
    last: '0 passed, 0 failed, 0 skipped',
    ok: false,
  },
]

describe('the summary', () => {
  for (const { name, events, inCi, last, ok } of totals) {
    it(`${name}: ${last}`, () => {
      const summary = createSummary(inCi)
      summary.add({ file: 'unit/x.test.js', ms: 1200, events })
      const end = summary.end()
      assert.equal(end.text.split('\n').at(-1), last)
      assert.equal(end.ok, ok)
    })
  }

  it('shows every line of a failure and names the skips by reason', () => {
    const summary = createSummary(false)
    const text = summary.add({ file: 'unit/x.test.js', ms: 1200, events: [failed, skipped] })
    assert.match(text, /^FAILED unit\/x\.test\.js \(2 tests, 1\.2 s\)$/m)
    assert.match(text, /^ {2}failed: unit\/x\.test\.js: a > c\n {4}one\n {4}two$/m)
    assert.match(summary.end().text, /^skipped, needs tun: none\n {2}unit\/x\.test\.js: a > d$/m)
  })
})
