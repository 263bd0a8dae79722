// SPDX-License-Identifier: Apache-2.0
import { loadChunk } from './chunk.ts'
import { runCommand } from './commands/run.ts'
import { findVerb } from './find-verb.ts'
import { readHot } from './hot-parse.ts'
import { invoke } from './invoke.ts'
import { parse } from './parse.ts'
import { report } from './report.ts'

/**
 * `tsbuild run`, with nothing loaded that it does not need.
 *
 * @param argv the whole command line, whose verb is `run`
 * @returns the exit status
 */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const { before, after } = findVerb(argv)
    const parsed = parse(runCommand, [...before, ...after], readHot)
    if (parsed.help) return await loadChunk('./cli.cjs').main(argv)
    return await invoke(runCommand, parsed)
  } catch (error) {
    return report(error)
  }
}
