// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { openSync } from 'node:fs'
import { describe, it } from 'node:test'
import { checkNodeVersion } from '../../../cli/node-version.ts'

const cli = new URL('../../../cli/', import.meta.url)

/** Runs a line of JavaScript as a command would run, with `io` and `errors` at hand. */
function runLine(line: string, stdout: 'pipe' | number = 'pipe') {
  return spawnSync(process.execPath, nodeArguments(line), {
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
    maxBuffer: 1 << 26,
  })
}

function nodeArguments(line: string): string[] {
  const script = `
    const { processIo: io } = await import('${new URL('io.js', cli)}')
    const { report } = await import('${new URL('report.js', cli)}')
    const errors = await import('${new URL('../core/lib/errors.js', cli)}')
    try { ${line} } catch (error) { process.exitCode = report(error) }`
  return ['--input-type=module', '-e', script]
}

describe('the end of a command', () => {
  it('prints an expected failure in its three lines, with its status', () => {
    const { status, stderr, stdout } = runLine(`throw new errors.TsbuildError('USAGE', 'what', {
      hint: 'do that', cause: new Error('because'), exitCode: 126 })`)
    assert.equal(stderr, 'tsbuild: what\n  caused by: because\n  hint: do that\n')
    assert.deepEqual([status, stdout], [126, ''])
  })

  it('prints the place in the text of the user, without what could drive a terminal', () => {
    const { stderr } = runLine(`throw new errors.TsbuildError('USAGE', 'what', {
      hint: 'do that', cause: new Error('because'), excerpt: '    1 | a\\n>>> 2 | \\x1bb' })`)
    const want = 'tsbuild: what\n  caused by: because\n    1 | a\n>>> 2 | \\x1bb\n  hint: do that\n'
    assert.equal(stderr, want)
  })

  it('prints the stack of an unexpected one, with 125', () => {
    const { status, stderr } = runLine(`throw new RangeError('boom')`)
    assert.match(stderr, /internal error.*\nRangeError: boom\n\s+at /s)
    assert.equal(status, 125)
  })

  it('writes megabytes to a pipe before it ends', () => {
    const { status, stdout } = runLine(`io.print('x'.repeat(8 << 20))`)
    assert.deepEqual([status, stdout.length], [0, (8 << 20) + 1])
  })

  it('waits for a slow reader of a non-blocking pipe', () => {
    const writer = `const { Socket } = await import('node:net')
      new Socket({ fd: 1 }).unref() // which makes it non-blocking
      io.print('x'.repeat(4 << 20))`
    const { status, stdout } = runLine(writer)
    assert.deepEqual([status, stdout.length], [0, (4 << 20) + 1])
  })

  it('is quiet when nobody reads its output any more', () => {
    const line = `for (;;) io.print('x'.repeat(1 << 16))`
    const script = 'set -o pipefail; "$0" "$@" | true'
    const argv = ['-c', script, process.execPath, ...nodeArguments(line)]
    const { status, stderr } = spawnSync('bash', argv, { encoding: 'utf8' })
    assert.deepEqual([status, stderr], [141, ''])
  })

  it('says that the disk is full', () => {
    const { status, stderr } = runLine(`io.print('x')`, openSync('/dev/full', 'w'))
    assert.match(
      stderr,
      /^tsbuild: cannot write to standard output\n {2}caused by: ENOSPC.*\n {2}hint: free/,
    )
    assert.equal(status, 125)
  })
})

const versions: readonly (readonly [version: string, old: boolean])[] = [
  ['20.18.3', true],
  ['20.19.0', false],
  ['20.20.2', false],
  ['18.20.8', true],
  ['8.17.0', true],
  ['22.0.0', false],
  ['100.1.0', false],
]

describe('a Node', () => {
  for (const [version, old] of versions) {
    it(`${version} is ${old ? 'refused' : 'good'}`, () => {
      const refusal = { code: 'NODE_TOO_OLD', exitCode: 125, hint: /newer Node/, message: /20\.19/ }
      if (old) assert.throws(() => checkNodeVersion(version), refusal)
      else checkNodeVersion(version)
    })
  }
})
