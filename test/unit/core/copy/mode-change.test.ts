// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { parseModeChange } from '../../../../core/copy/mode-change.ts'

const folder = mkdtempSync(join(tmpdir(), 'mode-'))
const file = join(folder, 'file')
const directory = join(folder, 'directory')
writeFileSync(file, '')
mkdirSync(directory)
after(() => rmSync(folder, { recursive: true }))

const changes = [
  ...['755', '0644', '4755', '7', '+x', '-x', '+w', '=r', 'a+x', 'u+x', 'go-rwx', 'u=rwX,go=rX'],
  ...[
    'a=rX',
    'u=rw,g=r,o=',
    'g=u',
    'o=g',
    'u+s',
    'g+s',
    '+s',
    '+t',
    'a-t',
    'u=s',
    'ug+rw-x',
    'u=g,o=u',
  ],
  ...['=', 'u-s,g-s', 'a=,u+rw', '+X', 'o+s', 'u+t', 'uo+X', 'g=rwxs'],
]
const modes = [0o644, 0o755, 0o600, 0o4755, 0o2775, 0o1777, 0o000, 0o6111]

describe('a change of a mode', () => {
  for (const change of changes) {
    it(`${change} is what chmod(1) makes of it`, () => {
      for (const mode of modes) {
        for (const [path, kind] of [
          [file, 'other'],
          [directory, 'directory'],
        ] as const) {
          chmodSync(path, mode)
          execFileSync('sh', [
            '-c',
            'umask 022; chmod -- "$1" "$2" 2>/dev/null || :',
            'sh',
            change,
            path,
          ])
          const want = statSync(path).mode & 0o7777
          if (/^\d/.test(change) && kind === 'directory') continue // chmod keeps set-id bits there
          const got = parseModeChange(change)(mode, kind)
          assert.equal(got.toString(8), want.toString(8), `${mode.toString(8)} of a ${kind}`)
        }
      }
    })
  }

  for (const wrong of ['', '888', '77777', 'x', 'u', 'q+x', 'u+y', 'u+x,', 'u=rg', '+ x', '-0']) {
    it(`is not ${JSON.stringify(wrong)}`, () => {
      assert.throws(() => parseModeChange(wrong), { code: 'USAGE', hint: /octal/ })
    })
  }
})
