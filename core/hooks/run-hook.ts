// SPDX-License-Identifier: Apache-2.0
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs'
import { runHostProgram } from '../../native-shim/host-program.ts'
import { launcherProgram } from '../../native-shim/shim-process.ts'
import type { Hook } from './choose.ts'
import { hookFailed, statusWords } from './failed.ts'

/** Where hooks work: the bundle's directory, on a file system that nobody else sees. */
export interface HookPlace {
  readonly bundle: string
}

/** Of what a hook complains about, as much is kept. */
const WORDS_BYTES_MAX = 1024
/** Of what it prints: a spec as large as any real one. */
const OUTPUT_BYTES_MAX = 8 << 20

/**
 * Runs a hook in the namespaces of this process.
 *
 * @param stage for messages
 * @param input what it reads on stdin
 * @returns what it printed
 * @throws TsbuildError HOOK_FAILED with its path, status and words
 */
export async function runHook(
  { bundle }: HookPlace,
  hook: Hook,
  { stage, input }: { readonly stage: string; readonly input: string },
): Promise<string> {
  const place = (name: string) => `${bundle}/.hook-${name}`
  writeFileSync(place('input'), input)
  const opened = [openSync(place('input'), 'r')]
  try {
    opened.push(openSync(place('output'), 'w+'), openSync(place('words'), 'w+'))
    const [stdin = -1, stdout = -1, stderr = -1] = opened
    const { status, timedOut } = await runHostProgram(launcherProgram(), {
      program: hook.path,
      argv: argvOf(hook),
      env: hook.env ?? [],
      cwd: bundle,
      stdio: [stdin, stdout, stderr],
      timeoutMs: timeoutOf(hook),
    })
    const words = () => read(stderr, WORDS_BYTES_MAX)
    if (timedOut) throw hookFailed(hookName(stage, hook), tooLong(hook))
    if (status !== 0) throw hookFailed(hookName(stage, hook), statusWords(status, words()))
    return read(stdout, OUTPUT_BYTES_MAX)
  } finally {
    for (const fd of opened) closeSync(fd)
  }
}

/** Without arguments argv[0] is the path, as in the engines. */
export const argvOf = ({ path, args = [] }: Hook): readonly string[] =>
  args.length === 0 ? [path] : args

/** The longest that a timer takes, some 24 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1

/** Milliseconds; 0: no end. */
export const timeoutOf = ({ timeout = 0 }: Hook): number => Math.min(timeout * 1000, TIMEOUT_MS_MAX)

export const hookName = (stage: string, { path }: Hook): string => `${stage} hook ${path}`

const tooLong = ({ timeout }: Hook) => `it took longer than ${timeout} s and was killed`

function read(fd: number, bytesMax: number): string {
  const bytes = Buffer.alloc(bytesMax)
  return bytes.subarray(0, readSync(fd, bytes, 0, bytesMax, 0)).toString()
}
