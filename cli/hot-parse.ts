// SPDX-License-Identifier: Apache-2.0
import parser from 'yargs-parser/browser'
import { flagName, type Option, type Options } from './command.ts'
import { parserSettings, type Reader } from './parse.ts'

/**
 * Reads options by yargs' own parser, without yargs: making one takes as long as most commands.
 *
 * The parser's build for browsers is the same code without a look at the environment and
 * without a loader for configuration files.
 */
export const readHot: Reader = (line, options) =>
  parser([...line], {
    boolean: namesOf(options, ['boolean']),
    number: namesOf(options, ['number']),
    string: namesOf(options, ['string', 'string[]']),
    narg: Object.fromEntries(
      namesOf(options, ['number', 'string', 'string[]']).map((name) => [name, 1]),
    ),
    default: defaultsOf(options),
    configuration: parserSettings,
  })

const namesOf = (options: Options, types: readonly Option['type'][]): string[] =>
  Object.entries(options)
    .filter(([, option]) => types.includes(option.type))
    .map(([key]) => flagName(key))

const defaultsOf = (options: Options) =>
  Object.fromEntries(
    Object.entries(options).flatMap(([key, option]) =>
      'default' in option ? [[flagName(key), option.default]] : [],
    ),
  )
