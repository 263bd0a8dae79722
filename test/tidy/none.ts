// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'

/** Fails with the findings, a line each, unless there are none. */
export function none(findings: readonly string[]): void {
  if (findings.length > 0) assert.fail(findings.join('\n'))
}
