// SPDX-License-Identifier: Apache-2.0

/** One of the bundles beside main.cjs. */
export interface Chunk {
  /** @param argv the whole command line @returns the exit status */
  main(argv: readonly string[]): Promise<number>
}

declare const require: (path: ChunkPath) => Chunk
type ChunkPath = './run.cjs' | './cli.cjs'

// By another name: the bundler follows what is required by name, and these are bundles already.
const load = require

/** Loads a bundle from the folder of the one that is running. */
export const loadChunk = (path: ChunkPath): Chunk => load(path)
