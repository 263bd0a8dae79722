// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Context } from '../context.ts'
import { MAX_INDEX_BYTES, openStatIndex, type StatIndex } from './stat-index.ts'

/**
 * The index of the store while `action` uses it; what it learns is kept for the next command.
 * Nothing depends on that: an index that cannot be read or written is no failure, and of two
 * commands at once the last one writes.
 */
export async function withStatIndex<Result>(
  { paths, trace }: Pick<Context, 'paths' | 'trace'>,
  action: (index: StatIndex) => Result | Promise<Result>,
): Promise<Result> {
  const path = `${paths.root}/cache/stat-index`
  const index = openStatIndex(attempt(trace, () => readIndex(path)))
  const result = await action(index)
  const file = index.encode()
  if (file !== undefined) attempt(trace, () => writeIndex(path, file))
  return result
}

function attempt<Result>(trace: Context['trace'], action: () => Result): Result | undefined {
  try {
    return action()
  } catch (error) {
    trace('store', 'stat index', { error: String(error) })
    return undefined
  }
}

const readIndex = (path: string): Buffer | undefined =>
  statSync(path).size > MAX_INDEX_BYTES ? undefined : readFileSync(path)

/** Not synchronised: what a crash leaves fails its checksum. One name, so that it leaves one. */
function writeIndex(path: string, file: Buffer): void {
  const temporary = `${path}.tmp`
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  try {
    writeFileSync(temporary, file, { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
