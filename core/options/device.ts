// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** A device, or a directory of devices, that is asked for. */
export interface DeviceOption {
  readonly hostPath: string
  readonly path: string
  /** Of `r`, `w` and `m` (mknod). */
  readonly access: string
}

/**
 * A `--device` option: HOST-PATH[:PATH][:ACCESS].
 *
 * @throws TsbuildError USAGE
 */
export function parseDevice(word: string): DeviceOption {
  if (CDI_NAME.test(word))
    throw refused(word, 'names of the Container Device Interface are not known: give a path')
  const parts = word.split(':')
  const [hostPath = '', second] = parts
  const last = parts.length > 1 ? parts.at(-1) : undefined
  const hasAccess = parts.length === 3 || (last !== undefined && !last.startsWith('/'))
  const access = hasAccess ? (last ?? '') : 'rwm'
  const path = parts.length === 3 || (parts.length === 2 && !hasAccess) ? (second ?? '') : hostPath
  if (parts.length > 3 || !isAbsolute(hostPath) || !isAbsolute(path))
    throw refused(word, 'write /dev/NAME, and maybe another absolute path behind a colon')
  if (!/^[rwm]{1,3}$/.test(access) || new Set(access).size !== access.length)
    throw refused(word, 'the letters behind the last colon are r, w and m, each once')
  return { hostPath, path, access }
}

/** vendor.example/class=name */
const CDI_NAME = /^[A-Za-z0-9][\w.-]*\/[\w.-]+=[\w.:-]+$/

const isAbsolute = (path: string) => path.startsWith('/') && !path.includes('\0')

const refused = (word: string, hint: string) =>
  new TsbuildError('USAGE', `option "--device" cannot be ${JSON.stringify(word)}`, { hint })
