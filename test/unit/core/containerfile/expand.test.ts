// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Expansion,
  expandText,
  expandWord,
  expandWords,
} from '../../../../core/containerfile/expand.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'

const variables: ReadonlyMap<string, string> = new Map([
  ['x', 'value'],
  ['empty', ''],
  ['two', 'a b'],
  ['quoted', '"q" \'s\' $x'],
  ['ünïcode', 'u'],
  ['_1', 'underscore'],
])

const expansion = (escapeToken: '\\' | '`' = '\\'): Expansion => ({
  valueOf: (name) => variables.get(name),
  escapeToken,
  fail: (message, hint) => new TsbuildError('CONTAINERFILE_INVALID', message, { hint }),
})

/** Rows without a note are their own name. */
const words: readonly (readonly [word: string, want: string])[] = [
  ['plain', 'plain'],
  ['', ''],
  ['$x', 'value'],
  ['${x}', 'value'],
  ['a$x-b', 'avalue-b'],
  ['a${x}b', 'avalueb'],
  ['$xb', ''],
  ['$x$x', 'valuevalue'],
  ['$_1', 'underscore'],
  ['$ünïcode', 'u'],
  ['${ünïcode}', 'u'],
  ['$unset', ''],
  ['[${unset}]', '[]'],
  ['$', '$'],
  ['a$', 'a$'],
  ['$.x', '$.x'],
  ['$ x', '$ x'],
  ['$1abc', 'abc'],
  ['$$x', 'x'],
  ['$?', ''],
  ['\\$x', '$x'],
  ['\\\\$x', '\\value'],
  ['\\a', 'a'],
  ['a\\', 'a'],
  ['a\\ b', 'a b'],
  ["'$x'", '$x'],
  ["'a\\'", 'a\\'],
  ["a'b'c", 'abc'],
  ['"$x"', 'value'],
  ['"${x}y"', 'valuey'],
  ['"a\\"b"', 'a"b'],
  ['"\\$x"', '$x'],
  ['"\\\\"', '\\'],
  ['"\\n"', '\\n'],
  ['"it\'s"', "it's"],
  ['\'say "x"\'', 'say "x"'],
  ['a}b', 'a}b'],
  ['a`b', 'a`b'],
  ['$quoted', '"q" \'s\' $x'],
  ['${x:-word}', 'value'],
  ['${x-word}', 'value'],
  ['${empty:-word}', 'word'],
  ['${empty-word}', ''],
  ['${unset:-word}', 'word'],
  ['${unset-word}', 'word'],
  ['${unset:-}', ''],
  ['${x:+word}', 'word'],
  ['${x+word}', 'word'],
  ['${empty:+word}', ''],
  ['${empty+word}', 'word'],
  ['${unset:+word}', ''],
  ['${unset+word}', ''],
  ['${x:?gone}', 'value'],
  ['${x?gone}', 'value'],
  ['${empty?gone}', ''],
  ['${unset:-$x}', 'value'],
  ['${unset:-${empty:-$two}}', 'a b'],
  ['${unset:-a\\}b}', 'a}b'],
  ["${unset:-'}'}", '}'],
  ['${unset:-"$x}"}', 'value}'],
  ['${unset:-a b}', 'a b'],
  ['${x:+a:-b}', 'a:-b'],
]

describe('a word', () => {
  for (const [word, want] of words) {
    it(`${word} is ${JSON.stringify(want)}`, () => {
      assert.equal(expandWord(word, expansion()), want)
    })
  }

  it('is escaped by the backtick where a directive says so', () => {
    assert.equal(expandWord('`$x \\$x "`"" a`', expansion('`')), '$x \\value " a')
  })
})

const refusals: readonly (readonly [word: string, message: RegExp])[] = [
  ['${x', /"\$\{x" has no closing brace/],
  ['${', /has no closing brace/],
  ['${unset:-word', /has no closing brace/],
  ['${unset:-"}', /has no closing double quote/],
  ['${}', /no substitution that is known/],
  ['${:x}', /no substitution that is known/],
  ['${{x}}', /no substitution that is known/],
  ['${x:word}', /no substitution that is known/],
  ['${x:}', /no substitution that is known/],
  ['${x:#a}', /no substitution that is known/],
  ['${x y}', /no substitution that is known/],
  ["'open", /no closing single quote/],
  ['"open', /no closing double quote/],
  ['"a\\', /no closing double quote/],
  ['${unset:?}', /^unset: must not be unset$/],
  ['${unset?say $x}', /^unset: say value$/],
  ['${empty:?}', /^empty: must not be empty$/],
  ['${unset:-'.repeat(65) + '}'.repeat(65), /nested too deeply/],
]

describe('a word is refused', () => {
  for (const [word, message] of refusals) {
    it(word.slice(0, 40), () => {
      const refusal = { code: 'CONTAINERFILE_INVALID', message }
      assert.throws(() => expandWord(word, expansion()), refusal)
    })
  }

  it('with a hint how to give the variable that it asks for', () => {
    const hint = /--build-arg unset=VALUE/
    const refusal = { code: 'CONTAINERFILE_INVALID', hint }
    assert.throws(() => expandWord('${unset?}', expansion()), refusal)
  })

  it('when it gets longer than 1 MiB', () => {
    const long: Expansion = { ...expansion(), valueOf: () => 'x'.repeat(1 << 16) }
    assert.equal(expandWord('$a'.repeat(16), long).length, 1 << 20)
    assert.throws(() => expandWord('$a'.repeat(17), long), /longer than 1 MiB/)
  })
})

const lists: readonly (readonly [word: string, want: readonly string[]])[] = [
  ['$two', ['a', 'b']],
  ['x$two', ['xa', 'b']],
  ['"$two"', ['a b']],
  ["'a b' c", ['a b', 'c']],
  ['a\\ b', ['a b']],
  [' $empty  x ', ['x']],
  ['$empty', []],
  ['', []],
]

describe('words that are cut again', () => {
  for (const [word, want] of lists) {
    it(`${JSON.stringify(word)} is ${JSON.stringify(want)}`, () => {
      assert.deepEqual(expandWords(word, expansion()), want)
    })
  }
})

const texts: readonly (readonly [text: string, want: string])[] = [
  ['a "$x" \'$x\'\n', 'a "value" \'value\'\n'],
  ['\\$x \\\\ \\n\n', '$x \\ \\n\n'],
  ['${unset:-"y"}', '"y"'],
  ["it's", "it's"],
]

describe('the text of a heredoc', () => {
  for (const [text, want] of texts) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(want)}`, () => {
      assert.equal(expandText(text, expansion()), want)
    })
  }
})
