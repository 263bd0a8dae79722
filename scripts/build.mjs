// SPDX-License-Identifier: Apache-2.0
/**
 * Makes dist/ from the sources: what is up to date is not made again. Needs `npm ci`, cc, make.
 *
 *   node scripts/build.mjs [--asan]
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundleStep } from './lib/bundle.mjs'
import { codeCacheStep } from './lib/code-cache.mjs'
import { crossStep, headersStep, nativeStep, sanitizerStep } from './lib/native.mjs'
import { npmBinStep } from './lib/npm-bin.mjs'
import { dist } from './lib/paths.mjs'
import { runSteps } from './lib/steps.mjs'
import { typesStep } from './lib/types.mjs'

const { asan } = parseArgs({ options: { asan: { type: 'boolean', default: false } } }).values

mkdirSync(dist, { recursive: true })
const steps = [typesStep, headersStep, nativeStep, crossStep, bundleStep, codeCacheStep, npmBinStep]
const failed = await runSteps(join(dist, '.stamp'), asan ? [...steps, sanitizerStep] : steps)
if (failed.length > 0) {
  console.error(`build failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
