// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { shellWords } from '../../../cli/shell-words.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly want: readonly string[] | RegExp
}

const cases: readonly Case[] = [
  { name: 'nothing', text: '', want: [] },
  { name: 'blanks only', text: ' \t\n', want: [] },
  { name: 'words', text: ' httpd  -f\t-p 80 ', want: ['httpd', '-f', '-p', '80'] },
  { name: 'single quotes', text: 'sh -c \'echo "$A" \\n\'', want: ['sh', '-c', 'echo "$A" \\n'] },
  { name: 'double quotes', text: 'sh -c "echo \'a\'"', want: ['sh', '-c', "echo 'a'"] },
  { name: 'escapes in double quotes', text: '"a\\"b\\\\c\\$d\\e"', want: ['a"b\\c$d\\e'] },
  { name: 'escapes outside', text: 'a\\ b \\"c\\\'', want: ['a b', '"c\''] },
  { name: 'quotes inside of a word', text: 'a"b c"d\'e f\'', want: ['ab cde f'] },
  { name: 'an empty word', text: "a '' b", want: ['a', '', 'b'] },
  { name: 'operators in quotes', text: '\'a|b\' "c;d"', want: ['a|b', 'c;d'] },
  { name: 'nothing is expanded', text: '$HOME `id` *', want: ['$HOME', '`id`', '*'] },
  { name: 'letters beyond ASCII', text: 'écho 日本', want: ['écho', '日本'] },
  { name: 'an open single quote', text: "sh 'a", want: /a quote is not closed/ },
  { name: 'an open double quote', text: 'sh "a\\"', want: /a quote is not closed/ },
  { name: 'a backslash at the end', text: 'sh a\\', want: /a quote is not closed/ },
  { name: 'a pipe', text: 'a | b', want: /"\|" needs a shell/ },
  { name: 'a redirection', text: 'a >b', want: /">" needs a shell/ },
  { name: 'a second command', text: 'a; b', want: /";" needs a shell/ },
]

describe('shellWords', () => {
  for (const { name, text, want } of cases) {
    it(name, () => {
      if (want instanceof RegExp) {
        assert.throws(() => shellWords(text), { code: 'USAGE', message: want, hint: /JSON array/ })
      } else {
        assert.deepEqual(shellWords(text), want)
      }
    })
  }
})
