// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { codeCachePath, compileBundle } from './code-cache.ts'

/** One of the bundles beside main.cjs. */
export interface Chunk {
  /** @param argv the whole command line @returns the exit status */
  main(argv: readonly string[]): Promise<number>
}

declare const __dirname: string
declare const require: (path: ChunkPath) => Chunk
type ChunkPath = './run.cjs' | './cli.cjs'
type Wrapper = (...args: [Partial<Chunk>, typeof require, object, string, string]) => void

// By another name: the bundler follows what is required by name, and these are bundles already.
const load = require

/** Loads a bundle from the folder of the one that is running, compiled already if it can be. */
export function loadChunk(name: ChunkPath): Chunk {
  const path = `${__dirname}/${name.slice('./'.length)}`
  const code = readCode(path)
  return code === undefined ? load(name) : runCompiled(path, code)
}

/** Only a checkout has it: what npm installs may be run by any Node. */
function readCode(path: string): Buffer | undefined {
  try {
    return readFileSync(codeCachePath(path))
  } catch {
    return undefined
  }
}

function runCompiled(path: string, code: Buffer): Chunk {
  const module: { exports: Partial<Chunk> } = { exports: {} }
  const wrapper: Wrapper = compileBundle(path, code).runInThisContext()
  wrapper(module.exports, load, module, path, __dirname)
  const { main } = module.exports
  if (main === undefined) throw new TypeError(`${path} has no main`)
  return { main }
}
