// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: such strings are what is tested
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { expandWord } from '../../../../core/containerfile/expand.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'

const variables: ReadonlyMap<string, string> = new Map([
  ['path', '/usr/lib/x.tar.gz'],
  ['abc', 'abcabc'],
  ['stars', 'a*b?c\\d/e}f'],
  ['lines', 'ab\ncb'],
  ['empty', ''],
  ['wide', 'ä👽ö👽ü'],
  ['dots', 'a.b+c'],
  ['pattern', '*.'],
])

const expand = (word: string, escapeToken: '\\' | '`' = '\\') =>
  expandWord(word, {
    valueOf: (name) => variables.get(name),
    escapeToken,
    fail: (message, hint) => new TsbuildError('CONTAINERFILE_INVALID', message, { hint }),
  })

const rows: readonly (readonly [word: string, want: string])[] = [
  ['${path#*/}', 'usr/lib/x.tar.gz'],
  ['${path##*/}', 'x.tar.gz'],
  ['${path%.*}', '/usr/lib/x.tar'],
  ['${path%%.*}', '/usr/lib/x'],
  ['${path%/*}', '/usr/lib'],
  ['${path%%/*}', ''],
  ['${path#nothing}', '/usr/lib/x.tar.gz'],
  ['${path#}', '/usr/lib/x.tar.gz'],
  ['${path##}', '/usr/lib/x.tar.gz'],
  ['${path#?usr}', '/lib/x.tar.gz'],
  ['${path%?z}', '/usr/lib/x.tar.'],
  ['${abc#a*b}', 'cabc'],
  ['${abc##a*b}', 'c'],
  ['${abc%b*c}', 'abca'],
  ['${abc%%b*c}', 'a'],
  ['${abc#b}', 'abcabc'],
  ['${abc%b}', 'abcabc'],
  ['${abc/b/X}', 'aXcabc'],
  ['${abc//b/X}', 'aXcaXc'],
  ['${abc//b/}', 'acac'],
  ['${abc/b*/X}', 'aX'],
  ['${abc//?b/X}', 'XcXc'],
  ['${abc/nothing/X}', 'abcabc'],
  ['${abc//*/X}', 'X'],
  ['${abc///-}', '-a-b-c-a-b-c-'],
  ['${abc/b/$empty}', 'acabc'],
  ['${abc/b/"x y"}', 'ax ycabc'],
  ['${dots/./X}', 'aXb+c'],
  ['${dots//+/X}', 'a.bXc'],
  ['${dots#$pattern}', 'b+c'],
  ['${stars/\\*/X}', 'aXb?c\\d/e}f'],
  ['${stars/\\?/X}', 'a*bXc\\d/e}f'],
  ['${stars/\\\\/X}', 'a*b?cXd/e}f'],
  ['${stars/\\//X}', 'a*b?c\\dXe}f'],
  ['${stars/\\}/X}', 'a*b?c\\d/eXf'],
  ['${stars#*\\}}', 'f'],
  ['${stars%\\}*}', 'a*b?c\\d/e'],
  ['${lines#*b}', '\ncb'],
  ['${lines##*b}', '\ncb'],
  ['${lines%*b}', 'ab\nc'],
  ['${lines//b/X}', 'aX\ncX'],
  ['${wide/👽/-}', 'ä-ö👽ü'],
  ['${wide#?}', '👽ö👽ü'],
  ['${wide%👽*}', 'ä👽ö'],
  ['${empty#x}', ''],
  ['${empty/x/y}', ''],
  ['${empty///y}', 'y'],
  ['${unset%x}', ''],
  ['${unset//x/y}', ''],
  ['"${path##*/}"', 'x.tar.gz'],
  ["'${path##*/}'", '${path##*/}'],
  ['${unset:-${path##*/}}', 'x.tar.gz'],
  ['${abc/${unset:-b}/X}', 'aXcabc'],
]

const refused: readonly (readonly [word: string, message: RegExp])[] = [
  ['${abc#a', /has no closing brace/],
  ['${abc/b}', /has no second slash/],
  ['${abc/b/X', /has no closing brace/],
  ['${abc#\\a}', /"\\a" is no pattern/],
  ['${abc/\\x/y}', /"\\x" is no pattern/],
  ['${abc:#a}', /no substitution that is known/],
  ['${abc:/a/b}', /no substitution that is known/],
]

describe('a pattern in an expansion', () => {
  for (const [word, want] of rows) {
    it(`${word} is ${JSON.stringify(want)}`, () => assert.equal(expand(word), want))
  }

  it('keeps the backslash where another character escapes', () => {
    assert.equal(expand('${stars/\\*/X}', '`'), 'aXb?c\\d/e}f')
    assert.equal(expand('${abc/`b/X}', '`'), 'abcabc')
  })

  for (const [word, message] of refused) {
    it(`is not ${word}`, () => {
      assert.throws(() => expand(word), { code: 'CONTAINERFILE_INVALID', message })
    })
  }

  it('costs no more than its bound, however hard it is to match', () => {
    const hard = `\${abc//${'*a?'.repeat(200)}/x}`
    const long = expandWord(`\${y//${'*a'.repeat(50)}b/x}`, {
      valueOf: () => 'a'.repeat(10_000),
      escapeToken: '\\',
      fail: (message) => new TsbuildError('CONTAINERFILE_INVALID', message),
    })
    assert.equal(expand(hard), 'abcabc')
    assert.equal(long.length, 10_000)
    const refuses = () =>
      expandWord(`\${y//${'a*'.repeat(500)}/x}`, {
        valueOf: () => 'a'.repeat(100_000),
        escapeToken: '\\',
        fail: (message) => new TsbuildError('CONTAINERFILE_INVALID', message),
      })
    assert.throws(refuses, { message: /patterns are too long for the values/ })
  })
})
