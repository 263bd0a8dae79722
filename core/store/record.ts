// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { STORE_VERSION } from './layout.ts'

/**
 * A record of ours from the text of its file, each field checked.
 *
 * @throws TsbuildError STORE_CORRUPT naming the file and the first field at fault, STORE_NEWER
 */
export function parseRecord<Type extends { readonly version: number }>(
  text: string,
  path: string,
  fields: Readonly<Record<keyof Type, (value: unknown) => boolean>>,
): Type {
  const record = parseJson(text, path)
  checkVersion(record.version, path)
  for (const [name, check] of Object.entries<(value: unknown) => boolean>(fields)) {
    if (!check(Reflect.get(record, name))) throw damaged(path, `its field "${name}" is wrong`)
  }
  return record as unknown as Type
}

/** A JSON object of ours, which has a version. */
export function parseJson(text: string, path: string): { readonly version: number } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'it is not JSON', cause)
  }
  if (typeof value === 'object' && value !== null && 'version' in value) {
    const { version } = value
    if (typeof version === 'number') return { ...value, version }
  }
  throw damaged(path, 'it has no version')
}

/** @throws TsbuildError STORE_NEWER with both numbers */
export function checkVersion(version: number, path: string): void {
  if (version <= STORE_VERSION) return
  throw new TsbuildError(
    'STORE_NEWER',
    `${path} has version ${version}, this tsbuild knows version ${STORE_VERSION}`,
    { hint: 'use the newer tsbuild that wrote it, or another store (--root)' },
  )
}

export function damaged(path: string, reason: string, cause?: unknown): TsbuildError {
  return new TsbuildError('STORE_CORRUPT', `cannot use ${path}: ${reason}`, {
    cause,
    hint: 'restore the file, or remove it and make again what it described',
  })
}
