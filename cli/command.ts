// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../core/context.ts'
import type { Io } from './io.ts'

/** One option. Its key in the table is the camelCase name of the flag: `capAdd` is --cap-add. */
export type Option = Described &
  (
    | { readonly type: 'boolean'; readonly default?: boolean }
    | { readonly type: 'number'; readonly default?: number }
    | { readonly type: 'string'; readonly default?: string; readonly choices?: readonly string[] }
    | { readonly type: 'string[]' } // may be given several times; [] when it is not
  )

interface Described {
  readonly describe: string
  /** Other names, without dashes; those of one letter are short options. */
  readonly alias?: readonly string[]
  readonly hidden?: true
  /** Some of the values it takes, for completion in shells. */
  readonly suggest?: readonly string[]
}

/** `one` is required, `some` is one or more, `any` none or more; at most one slot of these two. */
export interface Positional {
  readonly count: 'one' | 'optional' | 'some' | 'any'
  readonly describe: string
  readonly choices?: readonly string[]
  /** What it names, for completion in shells; a file when absent. */
  readonly names?: 'container' | 'image' | 'command'
}

export type Options = Readonly<Record<string, Option>>
export type Positionals = Readonly<Record<string, Positional>>

export type Value = string | number | boolean | readonly string[] | undefined
export type Values = Readonly<Record<string, Value>>

/** What a handler receives: one property for each positional and option of its table. */
export type Args<P extends Positionals, O extends Options> = {
  readonly [K in keyof P]: PositionalValue<P[K]['count'], Choice<P[K]>>
} & { readonly [K in keyof O]: OptionValue<O[K]> }

type PositionalValue<C extends Positional['count'], Word> = C extends 'one'
  ? Word
  : C extends 'optional'
    ? Word | undefined
    : readonly Word[]

type OptionValue<O extends Option> = O extends { readonly type: 'string[]' }
  ? readonly string[]
  : Given<O> | (O extends { readonly default: Scalar } ? never : undefined)

type Given<O extends Option> = O extends { readonly type: 'boolean' }
  ? boolean
  : O extends { readonly type: 'number' }
    ? number
    : Choice<O>

/** One of the choices where there are any. */
type Choice<T> = T extends { readonly choices: readonly (infer C)[] } ? C : string

type Scalar = string | number | boolean

/** A row of help's example list: the command line without `$ `, and what it is good for. */
export type Example = readonly [line: string, purpose: string]

/** What there is to know of a command without running it. */
export interface CommandTable<P extends Positionals = Positionals, O extends Options = Options> {
  readonly name: string
  readonly aliases?: readonly string[]
  /** The heading it stands under in `tsbuild help`. */
  readonly group: 'Working containers' | 'Images' | 'This machine'
  /** A few words that begin with a verb: the line in the list of commands. */
  readonly summary: string
  readonly examples: readonly Example[]
  /** Whether the launcher enters a user and mount namespace before it starts Node. */
  readonly namespace: 'none' | 'enter'
  /** Works, but is not shown: it is for programs. */
  readonly hidden?: true
  readonly positionals: P
  readonly options: O
  /**
   * The positionals from this index on are somebody else's command line: options are ours only
   * before it, and a `--` in front of it is dropped.
   */
  readonly stopAtPositional?: number
}

/** @typeParam A the arguments of the handler; `command` ties them to the tables */
export interface Command<
  P extends Positionals = Positionals,
  O extends Options = Options,
  A extends Values = Values,
> extends CommandTable<P, O> {
  /**
   * Does the work and prints the result.
   *
   * @param context made on the first call: a command that does not ask for it touches no store
   * @returns the exit status
   */
  run(args: A, context: () => Context, io: Io): Promise<number> | number
}

/** The identity: it ties the type of the handler's arguments to the tables beside it. */
export const command = <const P extends Positionals, const O extends Options>(
  definition: Command<P, O, Args<P, O>>,
): Command<P, O, Args<P, O>> => definition

/** `capAdd` as it is typed: `cap-add`. */
export const flagName = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** A name with the dashes that belong to it: `-e`, `--env`. */
export const dashed = (name: string): string => (name.length === 1 ? `-${name}` : `--${name}`)

/** How the command is typed, without the program: `run [options] <container> <command...>`. */
export function synopsis({ name, positionals }: CommandTable): string {
  const slots = Object.entries(positionals).map(([key, { count }]) => {
    const dots = count === 'some' || count === 'any' ? '...' : ''
    return count === 'one' || count === 'some' ? `<${key}${dots}>` : `[${key}${dots}]`
  })
  return [name, '[options]', ...slots].join(' ')
}
