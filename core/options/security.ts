// SPDX-License-Identifier: Apache-2.0
import { closest } from '../lib/closest.ts'
import { TsbuildError } from '../lib/errors.ts'

export interface SecurityOptions {
  readonly noNewPrivileges: boolean
  /** `default`, `unconfined` or the path of a profile. */
  readonly seccomp: string
  /** Paths to hide beside the usual ones. */
  readonly mask: readonly string[]
  /** Patterns of paths to leave as they are of those that are usually hidden or read-only. */
  readonly unmask: readonly string[]
  /** `unconfined` or the name of an AppArmor profile; undefined: not said. */
  readonly apparmor: string | undefined
  /** Parts of an SELinux label, like `type:container_t`. */
  readonly label: readonly string[]
  /** Options of /proc, like `hidepid=2`. */
  readonly procOptions: readonly string[]
}

/**
 * What the --security-opt options ask for: NAME=VALUE or, as it once was, NAME:VALUE. Of those
 * that name one choice the last counts.
 *
 * @throws TsbuildError USAGE for an option there is not, or a value that it cannot have
 */
export function securityOptions(words: readonly string[]): SecurityOptions {
  let options = none
  for (const word of words) options = { ...options, ...change(options, word) }
  return options
}

const none: SecurityOptions = {
  noNewPrivileges: false,
  seccomp: 'default',
  mask: [],
  unmask: [],
  apparmor: undefined,
  label: [],
  procOptions: [],
}

/** In the unmask list: everything. */
export const UNMASK_ALL = 'ALL'

type Reader = (value: string, options: SecurityOptions) => Partial<SecurityOptions> | undefined

/** What a word changes; undefined for a value that makes no sense. */
const readers: Readonly<Record<string, Reader>> = {
  'no-new-privileges': (value) =>
    /^(true|false|)$/.test(value) ? { noNewPrivileges: value !== 'false' } : undefined,
  seccomp: (value) => filled(value, { seccomp: value }),
  apparmor: (value) => filled(value, { apparmor: value }),
  label: (value, { label }) => {
    if (value === 'disable' || value === 'nested') return { label: [] }
    return /^(user|role|type|level|filetype):./.test(value)
      ? { label: [...label, value] }
      : undefined
  },
  mask: (value, { mask }) => {
    const paths = value.split(':')
    return paths.every(isAbsolute) ? { mask: [...mask, ...paths] } : undefined
  },
  unmask: (value, { unmask }) => {
    if (value.toUpperCase() === UNMASK_ALL) return { unmask: [...unmask, UNMASK_ALL] }
    const paths = value.split(':')
    return paths.every(isAbsolute) ? { unmask: [...unmask, ...paths] } : undefined
  },
  systempaths: (value, { unmask }) =>
    value === 'unconfined' ? { unmask: [...unmask, UNMASK_ALL] } : undefined,
  'proc-opts': (value, { procOptions }) =>
    filled(value, { procOptions: [...procOptions, ...value.split(',')] }),
}

const forms: Readonly<Record<string, string>> = {
  'no-new-privileges': 'give no-new-privileges, or no-new-privileges=false',
  seccomp: 'give seccomp=unconfined or seccomp=FILE',
  apparmor: 'give apparmor=unconfined or apparmor=PROFILE',
  label: 'give label=disable, or label=type:NAME, user:, role: or level: likewise',
  mask: 'give absolute paths, with colons between them: mask=/proc/a:/proc/b',
  unmask: 'give ALL, or absolute paths with colons between them: unmask=/proc/*:/sys/firmware',
  systempaths: 'give systempaths=unconfined',
  'proc-opts': 'give options of proc(5), with commas between them: proc-opts=hidepid=2',
}

function change(options: SecurityOptions, word: string): Partial<SecurityOptions> {
  const [, name = '', value] = /^([a-z-]*)(?:[=:](.*))?$/s.exec(word) ?? []
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (reader === undefined) throw wrong(word, unknownHint(name))
  const isBare = value === undefined && name !== 'no-new-privileges'
  const changed = isBare ? undefined : reader(value ?? '', options)
  if (changed === undefined) throw wrong(word, forms[name] ?? '')
  return changed
}

const filled = (value: string, changed: Partial<SecurityOptions>) =>
  value === '' ? undefined : changed

const isAbsolute = (path: string) => path.startsWith('/') && !path.includes('\0')

function unknownHint(name: string): string {
  const meant = closest(name, Object.keys(readers))
  return meant === undefined
    ? `the names are ${Object.keys(readers).join(', ')}`
    : (forms[meant] ?? '')
}

const wrong = (word: string, hint: string) =>
  new TsbuildError('USAGE', `option "--security-opt" has no ${JSON.stringify(word)}`, { hint })
