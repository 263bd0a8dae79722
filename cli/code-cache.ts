// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync } from 'node:fs'
import { Script } from 'node:vm'

/**
 * Compiles a bundle to the function that CommonJS makes of a file.
 *
 * @param path absolute
 * @param cachedData what V8 made of these bytes before; it compiles anew what it cannot use
 * @see Node.js, "CommonJS modules", the module wrapper
 */
export function compileBundle(path: string, cachedData?: Buffer): Script {
  const head = '(function (exports, require, module, __filename, __dirname) { '
  const source = `${head}${readFileSync(path, 'utf8')}\n})`
  return new Script(source, { filename: path, columnOffset: -head.length, cachedData })
}

/**
 * Where the code that V8 made of a bundle is kept. It serves the very program that made it: V8
 * compares its version and the length of the source, but not how it was built.
 */
export function codeCachePath(path: string): string {
  const { size, mtimeMs } = statSync(process.execPath)
  return `${path}.${process.version}-${process.arch}-${size}-${mtimeMs}.cache`
}
