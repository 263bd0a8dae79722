// SPDX-License-Identifier: Apache-2.0

/**
 * A POSIX extended regular expression: what JavaScript calls otherwise are the character classes.
 *
 * @throws SyntaxError
 */
export function extendedRegExp(pattern: string): RegExp {
  return new RegExp(pattern.replace(/\[:(\w+):\]/g, (all, name) => classes[name] ?? all))
}

/** Inside of brackets, for ASCII, as in the C locale. */
const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\s',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
}
