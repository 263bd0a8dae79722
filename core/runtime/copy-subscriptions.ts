// SPDX-License-Identifier: Apache-2.0
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { destinationOf } from '../options/asked-mount.ts'
import type { Subscription } from '../spec/subscriptions.ts'

/** Of all files together: they lie in memory. */
const BYTES_MAX = 8 * 1024 * 1024
const FILES_MAX = 1000

/**
 * Copies what subscriptions name, with the content of what links lead to. One whose source is not
 * there is warned about.
 *
 * @param folder for the copies
 * @returns the copies by their destinations
 * @throws TsbuildError PATH_INVALID for more than fits
 */
export function copySubscriptions(
  { warn }: Pick<Context, 'warn'>,
  subscriptions: readonly Subscription[],
  folder: string,
): Record<string, string> {
  const left = { bytes: BYTES_MAX, files: FILES_MAX }
  const copies: Record<string, string> = {}
  for (const [index, { source, destination }] of subscriptions.entries()) {
    const place = destinationOf(destination, `the mounts file: ${source}`)
    const copy = `${folder}/subscription-${index}`
    if (copies[place] !== undefined) continue
    if (statSync(source, { throwIfNoEntry: false }) === undefined)
      warn(`${source} does not exist: the container goes without ${place}`)
    else {
      copyContent({ from: source, to: copy }, left)
      copies[place] = copy
    }
  }
  return copies
}

interface Left {
  bytes: number
  files: number
}

function copyContent({ from, to }: { readonly from: string; readonly to: string }, left: Left) {
  const stats = statSync(from)
  left.files -= 1
  left.bytes -= stats.isFile() ? stats.size : 0
  if (left.files < 0 || left.bytes < 0) throw tooMuch(from)
  if (stats.isFile()) writeFileSync(to, readFileSync(from))
  if (stats.isDirectory()) {
    mkdirSync(to)
    for (const name of readdirSync(from))
      copyContent({ from: `${from}/${name}`, to: `${to}/${name}` }, left)
  }
  if (stats.isFile() || stats.isDirectory()) chmodSync(to, stats.mode & 0o777)
}

const tooMuch = (path: string) =>
  new TsbuildError('PATH_INVALID', `cannot copy ${path} for the container: it is too much`, {
    hint: `a mounts file is for ${FILES_MAX} files of 8 MiB together: use --volume for more`,
  })
