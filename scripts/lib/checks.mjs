// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { listFiles } from './files.mjs'
import { findProgram } from './packages.mjs'
import { at } from './paths.mjs'

/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} [program] what it needs besides node_modules
 * @property {() => readonly string[]} argv
 */

/** @typedef {{ result: 'passed' | 'failed' | 'skipped', text: string }} Verdict */

/** @param {string} name */
const bin = (name) => at('node_modules/.bin', name)

/** What is checked without running the product. @type {readonly Check[]} */
export const checks = [
  {
    name: 'biome',
    argv: () => [bin('biome'), 'check', '--error-on-warnings', '--diagnostic-level=warn'],
  },
  { name: 'knip', argv: () => [bin('knip'), '--config', 'scripts/knip.json'] },
  { name: 'script types', argv: () => [bin('tsc'), '-p', 'scripts', '--pretty', 'false'] },
  {
    name: 'clang-format',
    program: 'clang-format',
    argv: () => ['clang-format', '--dry-run', '-Werror', ...cFiles()],
  },
  { name: 'shellcheck', program: 'shellcheck', argv: () => ['shellcheck', ...shellFiles()] },
]

const cFiles = () =>
  listFiles([at('native-shim/src'), at('test/harness')], (path) => /\.[ch]$/.test(path))

const shellFiles = () => [
  ...[at('.ci/run'), at('dist/npm/tsbuild')].filter((path) => existsSync(path)),
  ...listFiles([at('examples')], (path) => path.endsWith('.sh')),
]

/** @param {Check} check @returns {Verdict} */
export function runCheck({ program, argv }) {
  if (program !== undefined && findProgram(program) === undefined) {
    const text = `needs program:${program}: not installed: npm run setup -- --peers`
    return { result: 'skipped', text }
  }
  const [command = '', ...args] = argv()
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: at(),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  const text = error === undefined ? `${stdout}${stderr}` : error.message
  return { result: status === 0 ? 'passed' : 'failed', text }
}
