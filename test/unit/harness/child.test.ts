// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { start } from '../../harness/child.ts'
import { descendants, readProcess } from '../../harness/processes.ts'
import { until } from '../../harness/until.ts'

const env = { PATH: '/usr/bin:/bin' }

describe('start', () => {
  it('collects what is printed and tells the status', async () => {
    const { result } = start(['sh', '-c', 'cat; echo b >&2; exit 7'], { input: 'a', env })
    assert.deepEqual(await result, { code: 7, signal: null, stdout: 'a', stderr: 'b\n' })
  })

  it('tells the signal', async () => {
    const { kill, result } = start(['sleep', '60'], { env })
    kill('SIGTERM')
    assert.deepEqual(await result, { code: null, signal: 'SIGTERM', stdout: '', stderr: '' })
  })

  it('kills what takes too long, and says what it was and printed', async () => {
    const { pid, result } = start(['sh', '-c', 'echo here; exec sleep 60'], { env, timeoutMs: 50 })
    await assert.rejects(result, /still running after 50 ms: sh -c[\s\S]*stdout: here/)
    await until('it is gone', () => readProcess(pid) === undefined)
  })

  it('does not mind a program that never reads its input', async () => {
    const { result } = start(['true'], { input: Buffer.alloc(1 << 20), env })
    assert.equal((await result).code, 0)
  })

  it('tells that there is no such program', async () => {
    await assert.rejects(start(['no-such-program'], { env }).result, /ENOENT/)
  })
})

describe('until', () => {
  it('gives what the probe gave', async () => {
    let calls = 0
    assert.equal(await until('three calls', () => (++calls === 3 ? calls : undefined)), 3)
  })

  it('says what it waited for', async () => {
    await assert.rejects(
      until('never', () => false, 20),
      /waited 20 ms until never/,
    )
  })
})

describe('descendants', () => {
  it('are found below a process, parents first', async () => {
    const { pid, kill, result } = start(['sh', '-c', '(sleep 60; :) & echo; wait'], { env })
    const below = await until('both are there', () => {
      const found = descendants(pid)
      return found.length === 2 && found[1]?.name === 'sleep' ? found : undefined
    })
    assert.deepEqual(
      below.map(({ parent }) => parent),
      [pid, below[0]?.pid],
    )
    for (const one of below) process.kill(one.pid, 'SIGKILL')
    kill('SIGKILL')
    await result
  })
})
