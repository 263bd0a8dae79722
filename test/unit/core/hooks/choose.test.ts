// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chooseHooks, type HookSubject } from '../../../../core/hooks/choose.ts'
import type { HookFile, HookStage } from '../../../../core/hooks/hook-file.ts'

const subject: HookSubject = {
  program: '/bin/sh',
  annotations: { 'com.example.a': 'one', b: 'two' },
  hasBindMounts: true,
}

type When = HookFile['when']

const file = (path: string, when: When, ...stages: readonly HookStage[]): HookFile => ({
  version: '1.0.0',
  hook: { path },
  when,
  stages,
})

const cases: readonly (readonly [
  name: string,
  when: When,
  met: boolean,
  on?: Partial<HookSubject>,
])[] = [
  ['always', { always: true }, true],
  ['never', { always: false }, false],
  ['never, whatever else', { always: false, commands: ['.'] }, false],
  ['a command', { commands: ['^/bin/sh$'] }, true],
  ['a part of a command', { commands: ['s'] }, true],
  ['one of several commands', { commands: ['^x', 'sh$'] }, true],
  ['another command', { commands: ['^sh'] }, false],
  ['no command', { commands: [] }, false],
  ['a class of characters', { commands: ['^/[[:lower:]]+/[[:alpha:]]{2}$'] }, true],
  ['the opposite of a class', { commands: ['^[^[:alnum:]]'] }, true],
  ['binds', { hasBindMounts: true }, true],
  ['binds that nobody asked for', { hasBindMounts: true }, false, { hasBindMounts: false }],
  ['no binds, as in the engines', { hasBindMounts: false }, false, { hasBindMounts: false }],
  ['an annotation', { annotations: { '^com\\.example\\.': 'one|three' } }, true],
  ['a key of one and a value of another', { annotations: { '^b$': 'one' } }, false],
  ['all annotations', { annotations: { '^b$': 'two', a$: 'one' } }, true],
  ['not all annotations', { annotations: { '^b$': 'two', a$: 'x' } }, false],
  ['all conditions', { always: true, commands: ['sh'], hasBindMounts: true }, true],
  ['not all conditions', { always: true, commands: ['bash'], hasBindMounts: true }, false],
]

describe('a hook runs', () => {
  for (const [name, when, met, on] of cases)
    it(`${met ? '' : 'not '}for ${name}`, () => {
      const { hooks } = chooseHooks([file('/h', when, 'prestart')], { ...subject, ...on })
      assert.deepEqual(hooks, met ? { prestart: [{ path: '/h' }] } : undefined)
    })

  it('in each of its stages, in the order of the files', () => {
    const always = { always: true }
    const files = [
      file('/a', always, 'poststop', 'precreate'),
      file('/b', always, 'poststop', 'createContainer'),
      file('/c', always, 'precreate'),
    ]
    assert.deepEqual(chooseHooks(files, subject), {
      precreate: [{ path: '/a' }, { path: '/c' }],
      hooks: { createContainer: [{ path: '/b' }], poststop: [{ path: '/a' }, { path: '/b' }] },
    })
  })
})
