// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { readHookFiles } from '../../../../core/hooks/read-hooks.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-hooks-test-'))
after(() => rmSync(folder, { recursive: true }))

function directory(name: string, files: Readonly<Record<string, string>>): string {
  mkdirSync(join(folder, name))
  for (const [file, path] of Object.entries(files)) {
    const hook = { version: '1.0.0', hook: { path }, when: { always: true }, stages: ['prestart'] }
    writeFileSync(join(folder, name, file), JSON.stringify(hook))
  }
  return join(folder, name)
}

const pathsOf = (...directories: readonly string[]) =>
  readHookFiles(directories).map(({ hook }) => hook.path)

const refused = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof TsbuildError, String(error))
  assert.equal(error.code, 'HOOK_INVALID')
  assert.match(error.message, message)
  return error.hint !== undefined
}

describe('directories of hooks', () => {
  it('give their hooks in the order of the names, small letters or not', () => {
    const names = { '02-c.json': '/4', '01-b.json': '/2', '01-A.json': '/1', '01-C.json': '/3' }
    assert.deepEqual(pathsOf(directory('order', names)), ['/1', '/2', '/3', '/4'])
  })

  it('are read for *.json alone', () => {
    assert.deepEqual(pathsOf(directory('other', { 'a.json': '/1', README: '/no' })), ['/1'])
  })

  it('override earlier ones, name by name', () => {
    const early = directory('early', { '1.json': '/1', '2.json': '/no' })
    const late = directory('late', { '2.json': '/2', '3.json': '/3' })
    assert.deepEqual(pathsOf(early, late), ['/1', '/2', '/3'])
  })

  it('that do not exist are refused', () => {
    assert.throws(() => pathsOf('/missing'), refused(/cannot read the hooks in \/missing/))
  })

  it('with what is no file are refused', () => {
    mkdirSync(join(folder, 'strange/a.json'), { recursive: true })
    assert.throws(() => pathsOf(join(folder, 'strange')), refused(/cannot read .*a\.json/))
  })

  it('with a file of more than 1 MiB are refused', () => {
    const large = directory('large', {})
    writeFileSync(join(large, 'a.json'), ' '.repeat((1 << 20) + 1))
    assert.throws(() => pathsOf(large), refused(/cannot read .*a\.json/))
  })
})
