// SPDX-License-Identifier: Apache-2.0
// A bundle of its own: most machines have no containers.conf, and TOML takes some code to read.
import { readFileSync } from 'node:fs'
import { TsbuildError } from '../lib/errors.ts'
import type { EngineConf } from './engine-conf.ts'
import { type ConfTable, conf } from './fields.ts'
import { parseConf } from './parse.ts'

/** A file, and the variable that names it, if one does. */
export interface FoundFile {
  readonly path: string
  readonly variable?: string
}

/** What the files say together; the later ones win, key by key. @throws TsbuildError */
export function readConf(files: readonly FoundFile[]): EngineConf {
  const none: ConfTable = {}
  return conf(
    files.reduce((below, file) => parseConf({ name: file.path, text: textOf(file) }, below), none),
  )
}

/** Far above any real one. */
const BYTES_MAX = 1 << 20

function textOf({ path, variable }: FoundFile): string {
  const cannot = (cause: unknown, hint: string) =>
    new TsbuildError('CONFIG_INVALID', `cannot read ${path}`, { cause, hint })
  const whose = variable === undefined ? 'make it readable, or remove it' : `${variable} names it`
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw cannot(cause, whose)
  }
  if (bytes.length > BYTES_MAX) throw cannot(`it has more than ${BYTES_MAX} bytes`, whose)
  return bytes.toString()
}
