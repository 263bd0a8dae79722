// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { describeError, TsbuildError } from '../../../../core/lib/errors.ts'
import { type SeccompRequest, seccompFilter } from '../../../../core/runtime/seccomp-option.ts'
import { compileSeccomp } from '../../../../core/spec/seccomp/compile.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-seccomp-'))
after(() => rmSync(folder, { recursive: true }))

const request: SeccompRequest = {
  option: 'default',
  capabilities: ['CAP_CHOWN'],
  machine: 'x64',
  wantsProfile: false,
}
const filterOf = (option: string, change: Partial<SeccompRequest> = {}) =>
  seccompFilter(
    { ...request, option, wantsProfile: true, ...change },
    { root: folder, defaults: [] },
  )

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
    assert.deepEqual(profile, { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] })
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
          /like .usr.share.containers.seccomp.json/.test(error.hint ?? ''),
      )
    })
  it('refuses a file that is not there', async () => {
    await assert.rejects(filterOf('/nonexistent'), { code: 'SPEC_INVALID' })
  })
})

const profileOf = (action: string) => JSON.stringify({ defaultAction: action })

/** Files that may be the default profile, and a store. */
function machineWith(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(folder, 'machine-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  return { root, defaults: ['etc', 'usr'].map((name) => join(root, name)) }
}

describe('the filter of who asks for none', () => {
  const rows = [
    { name: 'the administrator’s', files: ['etc', 'usr'], want: 'SCMP_ACT_LOG' },
    { name: 'that of the container tools', files: ['usr'], want: 'SCMP_ACT_ALLOW' },
    { name: 'our own', files: [], want: 'SCMP_ACT_ERRNO' },
  ]
  const texts = { etc: profileOf('SCMP_ACT_LOG'), usr: profileOf('SCMP_ACT_ALLOW') }
  for (const { name, files, want } of rows)
    it(`is ${name}`, async () => {
      const present = Object.entries(texts).filter(([file]) => files.includes(file))
      const places = machineWith(Object.fromEntries(present))
      const { profile } = await seccompFilter({ ...request, wantsProfile: true }, places)
      assert.equal(profile?.defaultAction, want)
    })

  it('is compiled once for a profile and a set of capabilities', async () => {
    const places = machineWith(texts)
    const first = await seccompFilter(request, places)
    const again = await seccompFilter(request, places)
    assert.deepEqual(again, { profile: undefined, program: first.program })
    const others = { ...request, capabilities: [] }
    assert.notEqual((await seccompFilter(others, places)).profile, undefined)
    writeFileSync(join(places.root, 'etc'), profileOf('SCMP_ACT_TRAP'))
    const changed = await seccompFilter(request, places)
    assert.equal(changed.profile?.defaultAction, 'SCMP_ACT_TRAP')
  })

  it('is an error where a profile is there and cannot be used', async () => {
    const places = machineWith({ etc: '{', usr: texts.usr })
    await assert.rejects(seccompFilter(request, places), { code: 'SPEC_INVALID', message: /etc$/ })
  })

  it('says file, place and reason', async () => {
    const places = machineWith({ etc: '{"defaultAction": "SCMP_ACT_LOG", "flags": ["X"]}' })
    await assert.rejects(seccompFilter(request, places), (error) => {
      const [first, second] = describeError(error).split('\n')
      assert.equal(first, `tsbuild: cannot use the seccomp profile ${places.defaults[0]}`)
      assert.equal(second, '  caused by: flags[0]: unknown flag "X"')
      return true
    })
  })

  it('is no directory, and nothing without end', async () => {
    for (const path of [folder, '/dev/zero'])
      await assert.rejects(filterOf(path), { code: 'SPEC_INVALID', message: /cannot read/ })
    const large = profileFile(' '.repeat(2 ** 20 + 1))
    await assert.rejects(filterOf(large), { code: 'SPEC_INVALID', message: /cannot read/ })
  })
})

describe('a profile that asks somebody', () => {
  const notify = { names: ['mkdir'], action: 'SCMP_ACT_NOTIFY' }
  const listening = { defaultAction: 'SCMP_ACT_ALLOW', listenerPath: '/run/agent', syscalls: [] }

  it('is never without its listener', async () => {
    const places = machineWith({ etc: JSON.stringify({ ...listening, syscalls: [notify] }) })
    for (const _ of ['first', 'again']) {
      const { profile } = await seccompFilter(request, places)
      assert.equal(profile?.listenerPath, '/run/agent')
    }
  })

  it('needs one', async () => {
    const places = machineWith({
      etc: JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [notify] }),
    })
    await assert.rejects(
      seccompFilter(request, places),
      (error) => error instanceof TsbuildError && /listenerPath/.test(error.hint ?? ''),
    )
  })

  it('is forgotten by one that asks nobody', async () => {
    const { profile } = await seccompFilter(
      request,
      machineWith({ etc: JSON.stringify(listening) }),
    )
    assert.equal(profile?.listenerPath, undefined)
  })
})
