// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import { type ConfTable, type Kind, type Kinds, kindOf } from './fields.ts'
import { parse, TomlError, type TomlTable, type TomlValue } from './toml.ts'

/** A file's name, for messages, and what is in it. */
export interface ConfSource {
  readonly name: string
  readonly text: string
}

/**
 * The known keys of a containers.conf, above those of weaker files. Others are somebody else's,
 * and passed over.
 *
 * @param below of the weaker files; runtimes add up, and a list that ends with `{append=true}`
 * @throws TsbuildError CONFIG_INVALID for text that is no TOML, or a value of another form
 */
export function parseConf({ name, text }: ConfSource, below: ConfTable = {}): ConfTable {
  const found: Record<string, Kinds[Kind]> = { ...below }
  for (const [table, values] of Object.entries(parseToml({ name, text }))) {
    if (!isTable(values)) continue
    for (const [key, value] of Object.entries(values)) {
      const place = `${table}.${key}`
      const kind = kindOf(place)
      if (kind === undefined) continue
      const read = readers[kind](value, below[place])
      if (read === undefined) throw wrongForm(name, place, { expected: words[kind], value })
      found[place] = read
    }
  }
  return found
}

function parseToml({ name, text }: ConfSource): TomlTable {
  try {
    return parseQuickly(text)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const [reason = ''] = cause.message.split('\n')
    throw new TsbuildError('CONFIG_INVALID', `cannot read ${name}: line ${cause.line}: ${reason}`, {
      excerpt: cause.codeblock.trimEnd(),
      hint: 'it is a TOML file: containers.conf(5) says what it may hold',
    })
  }
}

/**
 * Without the comments, of which the files of distributions consist: reading those takes three
 * milliseconds of each start. An error is that of the whole text, for its line counts.
 */
function parseQuickly(text: string): TomlTable {
  if (/"""|'''/.test(text)) return parse(text) // there a line with a # may be part of a value
  try {
    return parse(text.replace(/^[ \t]*(#.*)?\n/gm, ''))
  } catch {
    return parse(text)
  }
}

const isTable = (value: TomlValue): value is TomlTable =>
  typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)

/** The value where it has the form, else undefined. */
type Reader<T> = (value: TomlValue, below: unknown) => T | undefined

const readers: { readonly [K in Kind]: Reader<Kinds[K]> } = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  number: (value) => (typeof value === 'number' ? value : undefined),
  octal: (value) =>
    typeof value === 'string' && /^[0-7]{1,4}$/.test(value) ? Number.parseInt(value, 8) : undefined,
  list: readList,
  pairs: (value) => pairs(readList(value, undefined)),
  lists: readLists,
}

function readList(value: TomlValue, below: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const last = value.at(-1)
  const appends = last !== undefined && isTable(last) && last['append'] === true
  const texts = appends ? value.slice(0, -1) : value
  if (!texts.every((one) => typeof one === 'string')) return undefined
  return appends && Array.isArray(below) ? [...below, ...texts] : texts
}

function pairs(list: readonly string[] | undefined): Kinds['pairs'] | undefined {
  if (list?.every((one) => one.indexOf('=') > 0) !== true) return undefined
  const split = (one: string) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]
  return Object.fromEntries(list.map(split))
}

function readLists(value: TomlValue, below: unknown): Kinds['lists'] | undefined {
  if (!isTable(value)) return undefined
  const lists: Record<string, readonly string[]> = { ...Object(below) }
  for (const [key, one] of Object.entries(value)) {
    const list = readList(one, undefined)
    if (list === undefined) return undefined
    lists[key] = list
  }
  return lists
}

const words: Readonly<Record<Kind, string>> = {
  text: 'a text in quotes',
  flag: 'true or false',
  number: 'a number',
  octal: 'an octal number in quotes: "0022"',
  list: 'a list of texts: ["…", "…"]',
  pairs: 'a list of NAME=VALUE: ["…=…", "…=…"]',
  lists: 'a table of lists of texts',
}

function wrongForm(
  file: string,
  place: string,
  { expected, value }: { readonly expected: string; readonly value: TomlValue },
): TsbuildError {
  const [table, key] = place.split('.')
  const got = Array.isArray(value) ? 'a list' : isTable(value) ? 'a table' : JSON.stringify(value)
  const message = `${file}: ${key} in [${table}] is ${String(got).slice(0, 100)}`
  return new TsbuildError('CONFIG_INVALID', message, { hint: `give it ${expected}` })
}
