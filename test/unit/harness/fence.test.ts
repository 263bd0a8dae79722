// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fenceOf } from '../../harness/fence.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-fence-'))
})
after(() => rmSync(folder, { recursive: true }))

function fenced(script: string) {
  const [program = '', ...args] = [...fenceOf(folder, false), 'sh', '-c', script]
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 })
  return { status, stdout: stdout.trim() }
}

describe('the fence of a user without rights', () => {
  it('passes on the status and the signal of the program', () => {
    assert.equal(fenced('exit 42').status, 42)
    assert.equal(fenced('kill -TERM $$').status, 143)
  })
  it('ends with the program, and orphans in sessions of their own with it', () => {
    const { status, stdout } = fenced('setsid sh -c "sleep 1000 & echo \\$!"')
    assert.equal(status, 0)
    assert.match(stdout, /^\d+$/)
    assert.ok(!existsSync(`/proc/${stdout}`), `${stdout} is there`)
  })
})
