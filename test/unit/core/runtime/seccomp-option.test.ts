// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { type SeccompRequest, seccompFilter } from '../../../../core/runtime/seccomp-option.ts'
import { compileSeccomp } from '../../../../core/spec/seccomp/compile.ts'

const filterOf = (option: string, change: Partial<SeccompRequest> = {}) =>
  seccompFilter({
    option,
    capabilities: ['CAP_CHOWN'],
    machine: 'x64',
    wantsProfile: true,
    ...change,
  })

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-seccomp-'))
after(() => rmSync(folder, { recursive: true }))

function profileFile(text: string): string {
  const path = join(folder, 'profile.json')
  writeFileSync(path, text)
  return path
}

describe('seccompFilter', () => {
  it('is none for unconfined', async () => {
    assert.deepEqual(await filterOf('unconfined'), { profile: undefined, program: undefined })
  })
  it('is an allow-list by default, with its program', async () => {
    const { profile, program } = await filterOf('default')
    assert.equal(profile?.defaultAction, 'SCMP_ACT_ERRNO')
    assert.deepEqual(program, compileSeccomp(profile, 'x64'))
  })
  it('is compiled also when nobody looks at the profile', async () => {
    const { program } = await filterOf('default', { wantsProfile: false })
    assert.deepEqual(program, (await filterOf('default')).program)
  })
  it('is what a file says', async () => {
    const { profile } = await filterOf(profileFile('{"defaultAction": "SCMP_ACT_ALLOW"}'))
    assert.deepEqual(profile, { defaultAction: 'SCMP_ACT_ALLOW' })
  })
  it('may come from Go, which writes null for what is left out', async () => {
    const rule = '{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": ARGS, "errnoRet": null}'
    const text = (args: string) =>
      `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [${rule.replace('ARGS', args)}]}`
    const { program } = await filterOf(profileFile(text('null')))
    assert.deepEqual(program, (await filterOf(profileFile(text('[]')))).program)
  })

  const rule = (args: string) => `{"names": ["read"], "action": "SCMP_ACT_LOG", "args": ${args}}`
  const bad = [
    {
      name: 'arguments that are no list',
      text: `{"defaultAction": "SCMP_ACT_LOG", "syscalls": [${rule('1')}]}`,
    },
    { name: 'no JSON', text: 'allow' },
    { name: 'no object', text: '[]' },
    { name: 'rules without names', text: '{"defaultAction": "SCMP_ACT_LOG", "syscalls": [{}]}' },
    { name: 'rules that are no list', text: '{"defaultAction": "SCMP_ACT_LOG", "syscalls": 1}' },
  ]
  for (const { name, text } of bad)
    it(`refuses a file with ${name}`, async () => {
      await assert.rejects(
        filterOf(profileFile(text)),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          /with defaultAction/.test(error.hint ?? ''),
      )
    })
  it('refuses a file that is not there', async () => {
    await assert.rejects(filterOf('/nonexistent'), { code: 'SPEC_INVALID' })
  })
})
