// SPDX-License-Identifier: Apache-2.0
import { existsSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { listFiles, writeIfChanged } from './files.mjs'
import { at, dist, repository } from './paths.mjs'
import { command } from './steps.mjs'

const js = join(dist, 'js')

/**
 * Checks the types and writes dist/js, from where the tests run.
 *
 * @returns {import('./steps.mjs').Step}
 */
export const typesStep = () => ({
  name: 'types',
  inputs: [...sources(), at('tsconfig.json'), at('package-lock.json')],
  outputs: [js],
  run() {
    // Without this Node would have to guess at each file whether it is a module.
    writeIfChanged(join(js, 'package.json'), '{"type":"module"}\n')
    const info = join(dist, 'types.tsbuildinfo')
    const tsc = at('node_modules/typescript/bin/tsc')
    try {
      const flags = ['--incremental', '--tsBuildInfoFile', info, '--pretty', 'false']
      command([process.execPath, tsc, '-p', '.', ...flags])
    } finally {
      prune()
    }
  },
})

/** All TypeScript of the project. */
export const sources = () =>
  listFiles(
    ['cli', 'core', 'native-shim', 'images', 'test'].map((part) => at(part)),
    (path) => path.endsWith('.ts'),
  )

/** A test whose source is gone would still be run. */
function prune() {
  for (const path of listFiles([js], (file) => /\.js(\.map)?$/.test(file))) {
    const source = join(repository, relative(js, path)).replace(/\.js(\.map)?$/, '.ts')
    if (!existsSync(source)) rmSync(path)
  }
}
