// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { repository } from '../harness/repository.ts'

interface Check {
  readonly name: string
}

interface Checks {
  readonly checks: readonly Check[]
  runCheck(check: Check): { result: 'passed' | 'failed' | 'skipped'; text: string }
}

const { checks, runCheck }: Checks = await import(`${repository}/scripts/lib/checks.mjs`)

describe('the linters find nothing', () => {
  for (const check of checks) {
    it(check.name, (test) => {
      const { result, text } = runCheck(check)
      if (result === 'skipped') test.skip(text)
      else if (result === 'failed') assert.fail(text.slice(0, 5000))
    })
  }
})
