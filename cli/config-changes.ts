// SPDX-License-Identifier: Apache-2.0
import type { Collection, ConfigChange, TextSetting } from '../core/config-change.ts'
import { type HealthOptions, healthChanges } from './health-changes.ts'
import { jsonArray } from './json-array.ts'
import { shellWords } from './shell-words.ts'
import { usageError } from './usage.ts'

type Texts = { readonly [K in (typeof texts)[number]['option']]: string | undefined }

/** The options of `config`; undefined is "not said", an empty text takes the setting away. */
export interface ConfigOptions extends Texts, HealthOptions {
  readonly env: readonly string[]
  readonly label: readonly string[]
  readonly unsetlabel: readonly string[]
  readonly annotation: readonly string[]
  readonly port: readonly string[]
  readonly volume: readonly string[]
  readonly onbuild: readonly string[]
  readonly cmd: string | undefined
  readonly entrypoint: string | undefined
  readonly shell: string | undefined
}

const texts = [
  { kind: 'user', option: 'user' },
  { kind: 'workingdir', option: 'workingdir' },
  { kind: 'stop-signal', option: 'stopSignal' },
  { kind: 'hostname', option: 'hostname' },
  { kind: 'domainname', option: 'domainname' },
  { kind: 'os', option: 'os' },
  { kind: 'arch', option: 'arch' },
  { kind: 'variant', option: 'variant' },
  { kind: 'author', option: 'author' },
  { kind: 'comment', option: 'comment' },
  { kind: 'created-by', option: 'createdBy' },
  { kind: 'history-comment', option: 'historyComment' },
] as const satisfies readonly { readonly kind: TextSetting; readonly option: string }[]

/**
 * The changes that the options of `config` ask for.
 *
 * @param env the user's environment, for variables that are named without a value
 * @throws TsbuildError USAGE
 */
export function configChanges(
  options: ConfigOptions,
  env: Readonly<Record<string, string>>,
): ConfigChange[] {
  const { cmd, entrypoint, shell } = options
  return [
    ...collected('env', options.env, (entry) => envChange(entry, env)),
    ...collected('label', options.label, (entry) => pairChange('label', entry)),
    ...options.unsetlabel.map((name) => ({ kind: 'unset-label', name }) as const),
    ...collected('annotation', options.annotation, (entry) => pairChange('annotation', entry)),
    ...collected('port', options.port, (name) => nameChange('port', name)),
    ...collected('volume', options.volume, (name) => nameChange('volume', name)),
    ...argsChange('cmd', cmd, shellWords),
    ...argsChange('entrypoint', entrypoint, shellLine),
    ...argsChange('shell', shell, shellWords),
    ...options.onbuild.map(onbuildChange),
    ...healthChanges(options),
    ...texts.flatMap(({ kind, option }) => textChange(kind, options[option])),
  ]
}

/** A lone minus sign takes all of them away, as in buildah. */
const collected = (
  what: Collection,
  entries: readonly string[],
  change: (entry: string) => ConfigChange,
): ConfigChange[] =>
  entries.map((entry) => (entry === '-' ? { kind: 'clear', what } : change(entry)))

const argsChange = (
  kind: 'cmd' | 'entrypoint' | 'shell',
  text: string | undefined,
  split: (text: string) => readonly string[],
): ConfigChange[] => (text === undefined ? [] : [{ kind, args: jsonArray(text) ?? split(text) }])

const onbuildChange = (text: string): ConfigChange =>
  text === '-' ? { kind: 'clear', what: 'onbuild' } : { kind: 'onbuild', text }

function envChange(entry: string, env: Readonly<Record<string, string>>): ConfigChange {
  const { name, value } = assignment(entry)
  if (value !== undefined) return { kind: 'env', name, value }
  if (name.endsWith('-')) return { kind: 'unset-env', name: name.slice(0, -1) }
  const here = env[name]
  if (here !== undefined) return { kind: 'env', name, value: here }
  throw usageError('config', `option "--env ${name}" of "config" has no value, here neither`)
}

function pairChange(kind: 'label' | 'annotation', entry: string): ConfigChange {
  const { name, value } = assignment(entry)
  if (value === undefined && name.endsWith('-')) {
    return { kind: `unset-${kind}`, name: name.slice(0, -1) }
  }
  return { kind, name, value: value ?? '' }
}

const nameChange = (kind: 'port' | 'volume', name: string): ConfigChange =>
  name.endsWith('-') ? { kind: `unset-${kind}`, name: name.slice(0, -1) } : { kind, name }

function assignment(entry: string): { name: string; value: string | undefined } {
  const equals = entry.indexOf('=')
  if (equals < 0) return { name: entry, value: undefined }
  return { name: entry.slice(0, equals), value: entry.slice(equals + 1) }
}

const shellLine = (text: string): readonly string[] =>
  text.trim() === '' ? [] : ['/bin/sh', '-c', text]

const textChange = (kind: TextSetting, text: string | undefined): ConfigChange[] =>
  text === undefined ? [] : [{ kind, text }]
