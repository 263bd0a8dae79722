// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { requestArity } from '../../native-shim/messages.ts'
import { opArity, PROTOCOL } from '../../native-shim/ops.ts'
import { program } from './box.ts'

describe('tsbuild-shim --ops', () => {
  const { stdout, status } = spawnSync(program, ['--ops'], {
    argv0: 'tsbuild-shim',
    encoding: 'utf8',
    env: { ASAN_OPTIONS: 'detect_leaks=0' },
  })
  const lines = stdout.split('\n').slice(0, -1)
  const numbers = (table: Readonly<Record<string, number>>, prefix = '') =>
    Object.entries(table).map(([name, arity]) => `${prefix}${name} ${arity}`)

  it('ends well', () => {
    assert.equal(status, 0)
  })

  it('prints the protocol first', () => {
    assert.equal(lines[0], PROTOCOL)
  })

  it('prints every op with its number of arguments', () => {
    const ops = lines.slice(1).filter((line) => !line.startsWith('request '))
    assert.deepEqual(ops, numbers(opArity))
  })

  it('prints every request with its number of arguments', () => {
    const requests = lines.filter((line) => line.startsWith('request '))
    assert.deepEqual(requests, numbers(requestArity, 'request '))
  })
})
