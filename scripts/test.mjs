// SPDX-License-Identifier: Apache-2.0
/**
 * Sets up, builds and runs the tests.
 *
 *   node scripts/test.mjs [SUITE [WORD…]]     SUITE: tidy unit shim sanitizers e2e conformance
 *
 * As root the tests get a mount namespace: the users that they make exist nowhere else.
 */
import { spawnSync } from 'node:child_process'
import { at } from './lib/paths.mjs'
import { command } from './lib/steps.mjs'

try {
  command([process.execPath, at('scripts/setup.mjs')])
  command([process.execPath, at('scripts/build.mjs'), '--asan'])
  const isPrivate = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
  const namespace = isPrivate ? ['unshare', '--mount', '--propagation', 'slave'] : []
  const main = [process.execPath, '--enable-source-maps', at('dist/js/test/harness/main.js')]
  const [program = '', ...args] = [...namespace, ...main, ...process.argv.slice(2)]
  const env = { ...process.env, TSBUILD_TEST_PRIVATE: isPrivate ? '1' : '0' }
  process.exitCode = spawnSync(program, args, { stdio: 'inherit', env, cwd: at() }).status ?? 1
} catch (error) {
  console.error(`test: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}
