// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { repository } from '../../harness/repository.ts'

interface Script {
  npmCommand(name: string): string
}

const { npmCommand }: Script = await import(`${repository}/scripts/lib/npm-bin.mjs`)

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild npm-bin '))
  program('package/dist/npm/tsbuild', npmCommand('tsbuild'))
  for (const machine of ['x64', 'arm64']) {
    const text = `#!/bin/sh\nprintf '%s|' ${machine} "$@"\n`
    program(`package/dist/linux-${machine}/tsbuild`, text)
  }
  for (const machine of ['x86_64', 'aarch64', 'riscv64']) {
    program(`${machine}/uname`, `#!/bin/sh\necho ${machine}\n`)
  }
  mkdirSync(join(folder, 'bin'))
  symlinkSync('../package/dist/npm/tsbuild', join(folder, 'bin/relative'))
  symlinkSync(join(folder, 'package/dist/npm/tsbuild'), join(folder, 'bin/absolute'))
  symlinkSync('relative', join(folder, 'bin/twice'))
})
after(() => rmSync(folder, { recursive: true }))

function program(path: string, text: string): void {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true })
  writeFileSync(full, text)
  chmodSync(full, 0o755)
}

const call = (path: string, machine: string, cwd = folder) =>
  spawnSync(path, ['run', '', 'two words', "it's $HOME"], {
    cwd,
    encoding: 'utf8',
    env: { PATH: `${join(folder, machine)}:/usr/bin:/bin` },
  })

describe('the command in the package', () => {
  const links = ['package/dist/npm/tsbuild', 'bin/relative', 'bin/absolute', 'bin/twice']
  for (const link of links) {
    it(`finds the binary from ${link}, and passes the arguments on`, () => {
      const { stdout, status } = call(join(folder, link), 'x86_64')
      assert.equal(stdout, "x64|run||two words|it's $HOME|")
      assert.equal(status, 0)
    })
  }

  it('finds the binary when it is called by a relative path', () => {
    assert.match(call('./twice', 'x86_64', join(folder, 'bin')).stdout, /^x64\|/)
  })

  it('takes the binary of the machine', () => {
    assert.match(call(join(folder, 'bin/twice'), 'aarch64').stdout, /^arm64\|/)
  })

  it('says so on a machine that has none', () => {
    const { stderr, status } = call(join(folder, 'bin/twice'), 'riscv64')
    assert.match(stderr, /^tsbuild: no build for riscv64: only x86_64 and aarch64/)
    assert.equal(status, 125)
  })

  it('says so when the binary is not in the package', () => {
    rmSync(join(folder, 'package/dist/linux-arm64'), { recursive: true })
    const { stderr, status } = call(join(folder, 'bin/twice'), 'aarch64')
    assert.match(stderr, /^tsbuild: .*\/linux-arm64\/tsbuild is missing: install the package again/)
    assert.equal(status, 125)
  })
})
