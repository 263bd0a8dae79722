// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import type { FileTime } from '../../native-shim/syscalls.ts'
import type { FileEntry } from '../tar/entry.ts'
import { readable } from '../tar/invalid.ts'
import { XATTR_PREFIX } from '../tar/pax.ts'

/** A record whose value is a byte string. */
export type PaxText = readonly [key: string, value: string]

/**
 * The body of an extended header: these records and one for each extended attribute, sorted by
 * key. Values are bytes as they are; empty when there are none.
 *
 * @throws TsbuildError PATH_INVALID for an attribute with `=` in its name, where the value would
 *   begin, and for more than readers of archives take
 */
export function encodePax({ path, xattrs }: FileEntry, texts: readonly PaxText[]): Buffer {
  if (texts.length === 0 && xattrs.size === 0) return NOTHING
  const records = [
    ...texts.map(([key, value]) => [key, Buffer.from(value, 'latin1')] as const),
    ...[...xattrs].map(([name, value]) => [xattrKey(path, name), value] as const),
  ]
  records.sort(([a], [b]) => (a < b ? -1 : 1))
  const body = Buffer.concat(records.map(([key, value]) => paxRecord(key, value)))
  if (body.length <= MAX_BODY_BYTES) return body
  throw new TsbuildError('PATH_INVALID', `cannot pack ${readable(path)}`, {
    cause: new Error(`its extended attributes have ${body.length} bytes`),
    hint: `remove some: readers of layers take ${MAX_BODY_BYTES} bytes a file`,
  })
}

/** Of Go's archive/tar, and of ours. */
const MAX_BODY_BYTES = 1024 * 1024

const NOTHING = Buffer.alloc(0)

function xattrKey(path: string, name: string): string {
  if (!name.includes('=')) return `${XATTR_PREFIX}${name}`
  const message = `cannot pack ${readable(path)}: it has the extended attribute ${readable(name)}`
  throw new TsbuildError('PATH_INVALID', message, {
    hint: 'remove it: layers cannot hold attributes with "=" in their names',
  })
}

/** `LENGTH KEY=VALUE` and a line end; the length counts all of it, its own digits too. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = key.length + value.length + ' =\n'.length
  let length = rest + 1
  while (rest + `${length}`.length !== length) length = rest + `${length}`.length
  const head = Buffer.from(`${length} ${key}=`, 'latin1')
  return Buffer.concat([head, value, LINE_END])
}

const LINE_END = Buffer.from('\n')

/** Seconds since 1970 with as many digits of a fraction as it takes. */
export function paxTimeText({ seconds, nanoseconds }: FileTime): string {
  const before = seconds < 0 && nanoseconds > 0
  // A quarter of a second after -2 is -1.75.
  const whole = before ? -1 - seconds : Math.abs(seconds)
  const rest = before ? 1_000_000_000 - nanoseconds : nanoseconds
  const fraction = rest === 0 ? '' : `.${`${rest}`.padStart(9, '0').replace(/0+$/, '')}`
  return `${seconds < 0 ? '-' : ''}${whole}${fraction}`
}
