// SPDX-License-Identifier: Apache-2.0

/** Global options with a value: what the launcher and the dispatcher step over to find the verb. */
export const valueOptions = ['--root', '--runroot'] as const

export interface Line {
  /** Options in front of the verb, with their values. */
  readonly before: readonly string[]
  readonly verb: string | undefined
  readonly after: readonly string[]
}

/** Takes a command line apart at the command's name; nothing is checked. */
export function findVerb(argv: readonly string[]): Line {
  let index = 0
  while (/^-(?!-$)/.test(argv[index] ?? '')) {
    const takesNext = valueOptions.some((name) => name === argv[index])
    index += takesNext ? 2 : 1
  }
  return { before: argv.slice(0, index), verb: argv[index], after: argv.slice(index + 1) }
}
