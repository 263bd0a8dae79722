// SPDX-License-Identifier: Apache-2.0
import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from './files.mjs'
import { dist } from './paths.mjs'
import { command } from './steps.mjs'

const folder = join(dist, 'lib')
const writer = join(dist, 'js/cli/code-cache-write.js')
const bundles = ['run', 'cli', 'conf', 'schema', 'seccomp', 'yargs'].map((name) =>
  join(folder, `${name}.cjs`),
)

/**
 * What V8 makes of the bundles, kept for the Node that runs this: it is not packed.
 *
 * @returns {import('./steps.mjs').Step | undefined}
 */
export function codeCacheStep() {
  if (![writer, ...bundles].every((path) => existsSync(path))) return undefined
  const { size, mtimeMs } = statSync(process.execPath)
  return {
    name: 'code cache',
    inputs: [writer, ...bundles],
    salt: `${process.execPath} ${process.version} ${size} ${mtimeMs}`,
    outputs: [],
    run() {
      removeCodeCaches()
      command([process.execPath, writer, ...bundles])
    },
  }
}

export function removeCodeCaches() {
  if (!existsSync(folder)) return
  for (const path of listFiles([folder], (name) => name.endsWith('.cache'))) rmSync(path)
}
