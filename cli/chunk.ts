// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { codeCachePath, compileBundle } from './code-cache.ts'

/** One of the bundles beside main.cjs. */
export interface Chunk {
  /** @param argv the whole command line @returns the exit status */
  main(argv: readonly string[]): Promise<number>
}

type ChunkPath = './run.cjs' | './cli.cjs'
type Require = (name: string) => object
type Bundle = (...args: [object, Require, { exports: object }, string, string]) => void

declare const __dirname: string
declare const require: Require

// By another name: the bundler follows what is required by name, and these are bundles already.
const requireFile = require

const loaded = new Map<string, object>()

/** Loads a bundle from the folder of the one that is running. */
export function loadChunk(path: ChunkPath): Chunk {
  const chunk = load(path)
  if (!isChunk(chunk)) throw new TypeError(`${path} has no main`)
  return chunk
}

const isChunk = (exports: object): exports is Chunk =>
  'main' in exports && typeof exports.main === 'function'

/** `require` for bundles: what lies beside them comes compiled already, if it can. */
function load(name: string): object {
  if (!name.startsWith('./')) return requireFile(name)
  const path = `${__dirname}/${name.slice('./'.length)}`
  const exports = loaded.get(path) ?? loadCompiled(path) ?? requireFile(name)
  loaded.set(path, exports)
  return exports
}

/** Only a checkout has the code: what npm installs may be run by any Node. */
function loadCompiled(path: string): object | undefined {
  const code = readCode(path)
  if (code === undefined) return undefined
  const module = { exports: {} }
  const bundle: Bundle = compileBundle(path, code).runInThisContext()
  bundle(module.exports, load, module, path, __dirname)
  return module.exports
}

function readCode(path: string): Buffer | undefined {
  try {
    return readFileSync(codeCachePath(path))
  } catch {
    return undefined
  }
}
