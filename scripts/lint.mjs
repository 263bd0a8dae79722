// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the linters, each by name; their findings are printed in full.
 *
 *   node scripts/lint.mjs [NAME…]     biome, knip, 'script types', clang-format, shellcheck
 */
import { checks, runCheck } from './lib/checks.mjs'

const names = process.argv.slice(2)
for (const check of checks.filter(({ name }) => names.length === 0 || names.includes(name))) {
  const { result, text } = runCheck(check)
  const reason = result === 'skipped' ? `: ${text}` : ''
  console.log(`${check.name.padEnd(16)} ${result}${reason}`)
  if (result !== 'failed') continue
  console.log(text)
  process.exitCode = 1
}
