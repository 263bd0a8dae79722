// SPDX-License-Identifier: Apache-2.0
import type { ConfigChange } from '../core/config.ts'
import { TsbuildError } from '../core/lib/errors.ts'
import { shellWords } from './shell-words.ts'
import { usageError } from './usage.ts'

/** The options of `config`; undefined is "not said", an empty text takes the setting away. */
export interface ConfigOptions {
  readonly env: readonly string[]
  readonly label: readonly string[]
  readonly cmd: string | undefined
  readonly entrypoint: string | undefined
  readonly user: string | undefined
  readonly workingdir: string | undefined
  readonly author: string | undefined
  readonly createdBy: string | undefined
}

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
  const { cmd, entrypoint } = options
  return [
    ...options.env.map((entry) => envChange(entry, env)),
    ...options.label.map(labelChange),
    ...(cmd === undefined
      ? []
      : [{ kind: 'cmd', args: jsonArray(cmd) ?? shellWords(cmd) } as const]),
    ...(entrypoint === undefined
      ? []
      : [{ kind: 'entrypoint', args: jsonArray(entrypoint) ?? shellLine(entrypoint) } as const]),
    ...textChange('user', options.user),
    ...textChange('workingdir', options.workingdir),
    ...textChange('author', options.author),
    ...textChange('created-by', options.createdBy),
  ]
}

function envChange(entry: string, env: Readonly<Record<string, string>>): ConfigChange {
  const { name, value } = assignment(entry)
  if (value !== undefined) return { kind: 'env', name, value }
  if (name.endsWith('-')) return { kind: 'unset-env', name: name.slice(0, -1) }
  const here = env[name]
  if (here !== undefined) return { kind: 'env', name, value: here }
  throw usageError('config', `option "--env ${name}" of "config" has no value, here neither`)
}

function labelChange(entry: string): ConfigChange {
  const { name, value } = assignment(entry)
  if (value === undefined && name.endsWith('-')) {
    return { kind: 'unset-label', name: name.slice(0, -1) }
  }
  return { kind: 'label', name, value: value ?? '' }
}

function assignment(entry: string): { name: string; value: string | undefined } {
  const equals = entry.indexOf('=')
  if (equals < 0) return { name: entry, value: undefined }
  return { name: entry.slice(0, equals), value: entry.slice(equals + 1) }
}

/** Undefined for a text that does not begin like an array of strings: `[ -e /x ]` is a command. */
function jsonArray(text: string): readonly string[] | undefined {
  if (!/^\s*\[\s*["\]]/.test(text)) return undefined
  const value = parseJson(text)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw new TsbuildError('USAGE', `${JSON.stringify(text)} is no JSON array of strings`, {
    hint: `write it like '["httpd", "-f"]'`,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const shellLine = (text: string): readonly string[] =>
  text.trim() === '' ? [] : ['/bin/sh', '-c', text]

const textChange = (
  kind: 'user' | 'workingdir' | 'author' | 'created-by',
  text: string | undefined,
): ConfigChange[] => (text === undefined ? [] : [{ kind, text }])
