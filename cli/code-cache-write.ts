// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the code of bundles for the Node that runs this, as it is when they have been loaded.
 *
 *   node code-cache-write.js BUNDLE…
 */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { codeCachePath, compileBundle } from './code-cache.ts'

for (const path of process.argv.slice(2).map((name) => resolve(name))) {
  const script = compileBundle(path)
  const module = { exports: {} }
  const main: unknown = script.runInThisContext()
  if (typeof main !== 'function') throw new TypeError(`${path} is no bundle`)
  main(module.exports, createRequire(path), module, path, dirname(path))
  writeFileSync(codeCachePath(path), script.createCachedData())
}
