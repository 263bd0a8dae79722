// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { TsbuildError } from '../lib/errors.ts'
import { type HookFile, parseHookFile } from './hook-file.ts'

/** Far above any real one. */
const BYTES_MAX = 1 << 20

/**
 * The hooks of directories: their *.json files, one of a later directory in place of an earlier
 * one's with the same name; in the order of the names, upper and lower case alike.
 *
 * @throws TsbuildError HOOK_INVALID for a directory or file that cannot be used
 * @see oci-hooks(5), "Directories"
 */
export function readHookFiles(directories: readonly string[]): readonly HookFile[] {
  const paths = new Map(
    directories.flatMap((directory) =>
      namesIn(directory).map((name) => [name, `${directory}/${name}`] as const),
    ),
  )
  const order = (name: string) => name.toLowerCase()
  return [...paths]
    .sort(([a], [b]) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0))
    .map(([, path]) => parseHookFile({ path, text: textOf(path) }))
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch (cause) {
    throw new TsbuildError('HOOK_INVALID', `cannot read the hooks in ${directory}`, {
      cause,
      hint: '--hooks-dir and hooks_dir of containers.conf name directories of the host',
    })
  }
}

function textOf(path: string): string {
  const cannot = (cause: unknown) =>
    new TsbuildError('HOOK_INVALID', `cannot read the hook of ${path}`, {
      cause,
      hint: 'it is a JSON file of version 1.0.0 by oci-hooks(5), of 1 MiB at most',
    })
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw cannot(cause)
  }
  if (bytes.length > BYTES_MAX) throw cannot(`it has ${bytes.length} bytes`)
  return bytes.toString()
}
