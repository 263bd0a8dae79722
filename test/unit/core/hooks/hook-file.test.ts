// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type HookFile, parseHookFile } from '../../../../core/hooks/hook-file.ts'
import { describeError, TsbuildError } from '../../../../core/lib/errors.ts'

const good = {
  version: '1.0.0',
  hook: { path: '/bin/h', args: ['h', '-x'], env: ['A=b'], timeout: 3 },
  when: { always: true, annotations: { '^a$': 'b|c' }, commands: ['/sh$'], hasBindMounts: true },
  stages: ['precreate', 'prestart', 'poststop'],
} as const satisfies HookFile

const parse = (value: unknown) =>
  parseHookFile({
    path: '/h/a.json',
    text: typeof value === 'string' ? value : JSON.stringify(value),
  })

describe('a hook file', () => {
  it('of version 1.0.0 is read', () => assert.deepEqual(parse(good), good))

  it('may say little, and more than we know', () => {
    const { hook } = parse({ ...good, hook: { path: '/h' }, comment: 'x' })
    assert.deepEqual(hook, { path: '/h' })
  })

  const wrong: readonly (readonly [name: string, value: unknown, words: RegExp])[] = [
    ['no JSON', '{', /caused by: .*JSON/],
    ['no object', '[]', /the document: expected an object, got an empty list/],
    ['no version', { ...good, version: undefined }, /\/version: expected "1\.0\.0", got nothing/],
    ['another version', { ...good, version: '0.1.0' }, /\/version: expected "1\.0\.0", got text/],
    ['no hook', { ...good, hook: undefined }, /\/hook: expected an object, got nothing/],
    ['no path', { ...good, hook: {} }, /\/hook\/path: expected an absolute path, got nothing/],
    ['a relative path', { ...good, hook: { path: 'h' } }, /\/hook\/path: expected an absolute/],
    ['a time of 0', { ...good, hook: { path: '/h', timeout: 0 } }, /timeout: .* above 0, got 0/],
    ['half a second', { ...good, hook: { path: '/h', timeout: 0.5 } }, /timeout: expected a num/],
    ['variables without values', { ...good, hook: { path: '/h', env: ['A'] } }, /\/hook\/env\/0/],
    ['no conditions', { ...good, when: undefined }, /\/when: expected an object, got nothing/],
    ['conditions without any', { ...good, when: {} }, /\/when: expected one condition at least/],
    ['a word for a flag', { ...good, when: { always: 'yes' } }, /always: expected true or false/],
    ['a broken pattern', { ...good, when: { commands: ['['] } }, /\/when\/commands: "\[" is no/],
    ['a broken key', { ...good, when: { annotations: { '(': 'a' } } }, /annotations: "\(" is no/],
    ['a broken value', { ...good, when: { annotations: { a: '(' } } }, /annotations: "\(" is no/],
    ['no stages', { ...good, stages: undefined }, /\/stages: expected a list that is not empty/],
    ['an empty list of stages', { ...good, stages: [] }, /\/stages: expected a list that is not/],
    [
      'a stage that is none',
      { ...good, stages: ['poststop', 'x'] },
      /\/stages\/1: expected one of/,
    ],
  ]
  for (const [name, value, words] of wrong)
    it(`with ${name} is refused by its name, with the field`, () =>
      assert.throws(
        () => parse(value),
        (error) => {
          assert.ok(error instanceof TsbuildError, String(error))
          assert.equal(error.code, 'HOOK_INVALID')
          assert.match(error.hint ?? '', /oci-hooks\(5\)/)
          assert.match(describeError(error), /cannot use the hook of \/h\/a\.json/)
          assert.match(describeError(error), words)
          return true
        },
      ))
})
