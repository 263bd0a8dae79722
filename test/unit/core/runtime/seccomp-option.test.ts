// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { seccompProfile, seccompProgram } from '../../../../core/runtime/seccomp-option.ts'

const facts = { capabilities: ['CAP_CHOWN'], machine: 'x64' } as const
const folder = mkdtempSync(join(tmpdir(), 'tsbuild-seccomp-'))
after(() => rmSync(folder, { recursive: true }))

function profileFile(text: string): string {
  const path = join(folder, 'profile.json')
  writeFileSync(path, text)
  return path
}

describe('seccompProfile', () => {
  it('is none for unconfined', () => {
    assert.equal(seccompProfile('unconfined', facts), undefined)
  })
  it('is an allow-list by default', () => {
    assert.equal(seccompProfile('default', facts)?.defaultAction, 'SCMP_ACT_ERRNO')
  })
  it('is what a file says', () => {
    const path = profileFile('{"defaultAction": "SCMP_ACT_ALLOW"}')
    assert.deepEqual(seccompProfile(path, facts), { defaultAction: 'SCMP_ACT_ALLOW' })
  })

  const bad = [
    { name: 'no JSON', text: 'allow' },
    { name: 'no object', text: '[]' },
    { name: 'rules without names', text: '{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{}]}' },
    { name: 'rules that are no list', text: '{"defaultAction": "SCMP_ACT_LOG", "syscalls": 1}' },
  ]
  for (const { name, text } of bad)
    it(`refuses a file with ${name}`, () => {
      const path = profileFile(text)
      assert.throws(
        () => seccompProfile(path, facts),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          /with defaultAction/.test(error.hint ?? ''),
      )
    })
  it('refuses a file that is not there', () => {
    assert.throws(() => seccompProfile('/nonexistent', facts), { code: 'SPEC_INVALID' })
  })
})

describe('seccompProgram', () => {
  it('is none without a profile', () => {
    assert.equal(seccompProgram('unconfined', facts, undefined), undefined)
  })
  it('compiles what was not compiled before', () => {
    const program = seccompProgram('default', facts, { defaultAction: 'SCMP_ACT_ALLOW' })?.program
    assert.equal((program?.length ?? 1) % 8, 0)
  })
})
