// SPDX-License-Identifier: Apache-2.0
import { describe, it } from 'node:test'
import { none } from './none.ts'
import { occurrences, type Source, sources } from './sources.ts'

/** Comments and preprocessor lines say why; they decide nothing. */
const stripped = ({ path, text }: Source): Source => ({
  path,
  text: text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/\/\/.*$|^#.*$/gm, ''),
})

const native = sources('.c', '.h').map(stripped)

describe('the C side holds no policy', () => {
  const bans: readonly { what: string; pattern: RegExp }[] = [
    {
      what: 'no place on the host',
      pattern: /"\/(etc|usr|var|run|home|root|tmp|opt|lib|bin|sbin)\b/,
    },
    { what: 'no advice', pattern: /"[^"]*\bhint\b/i },
    { what: 'no option but the one that prints the op table', pattern: /"--?[a-z](?!ps")/ },
    { what: 'no variable of the environment by name', pattern: /getenv\("(?!PATH")/ },
  ]
  for (const { what, pattern } of bans) {
    it(what, () => {
      none(native.flatMap((source) => occurrences(source, pattern)))
    })
  }

  it('no shell', () => {
    none(native.flatMap((source) => occurrences(source, /\b(system|popen)\s*\(/)))
  })
})
