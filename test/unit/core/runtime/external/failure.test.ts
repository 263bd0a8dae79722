// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { commandFailure, plainWords } from '../../../../../core/runtime/external/failure.ts'
import { runFailure } from '../../../../../core/runtime/failure.ts'
import { ShimError } from '../../../../../native-shim/shim-error.ts'

const failed = 'runc create failed: unable to start container process'
const runc = (words: string) =>
  `time="2026-11-23T08:25:59Z" level=error msg="${failed}: ${words}"\n`

/** What runc 1.1 and crun 1.8 say, and what execve(2) would have. */
const programs: readonly (readonly [string, string])[] = [
  [runc('exec: \\"nope\\": executable file not found in $PATH'), 'ENOENT'],
  [runc('exec: \\"/nope\\": stat /nope: no such file or directory'), 'ENOENT'],
  [runc('exec: \\"/etc/passwd\\": permission denied'), 'EACCES'],
  [runc('exec: \\"/etc\\": is a directory'), 'EISDIR'],
  ['executable file `nope` not found in $PATH: No such file or directory\n', 'ENOENT'],
  ['2026-11-23T08:14:09.753993Z: open executable: Permission denied\n', 'EACCES'],
  ['open executable: Operation not permitted\n', 'EACCES'],
  ['{"level":"error","msg":"exec: \\"x\\": exec format error","time":"…"}\n', 'ENOEXEC'],
]

describe('commandFailure', () => {
  for (const [words, code] of programs)
    it(`takes ${JSON.stringify(words.slice(-60))} for ${code}`, () => {
      const error = commandFailure({ name: 'crun', verb: 'create' }, { status: 1, words })
      assert.ok(error instanceof ShimError)
      assert.deepEqual([error.where, error.code], ['exec', code])
    })

  it('tells what it does not know as the cause', () => {
    const words = runc('error mounting \\"/x\\" to rootfs at \\"/y\\": no such file or directory')
    const error = commandFailure({ name: 'runc', verb: 'create' }, { status: 1, words })
    assert.ok(error instanceof TsbuildError)
    assert.equal(error.code, 'RUNTIME_FAILED')
    assert.equal(error.message, 'cannot make the container with runc')
    const said = 'error mounting "/x" to rootfs at "/y": no such file or directory'
    assert.equal(error.cause, `runc create: exit code 1: ${failed}: ${said}`)
    assert.match(error.hint ?? '', /TSBUILD_TRACE=exec/)
  })

  it('says the status of a runtime that says nothing', () => {
    const error = commandFailure({ name: 'crun', verb: 'start' }, { status: 137, words: '' })
    assert.equal(error.cause, 'crun start: exit code 137')
  })

  it('takes only what create and start say for the program', () => {
    const [first] = programs[0] ?? ['']
    const error = commandFailure({ name: 'runc', verb: 'state' }, { status: 1, words: first })
    assert.ok(error instanceof TsbuildError)
  })
})

/** Facts of the shim about a runtime's commands, and the words that hints have in them. */
const facts: readonly (readonly [string, keyof typeof constants.errno, RegExp])[] = [
  ['command', 'EACCES', /a program of this machine/],
  ['console-socket', 'ENAMETOOLONG', /--runroot/],
  ['console-socket', 'EAGAIN', /without --tty/],
  ['adopt', 'ECHILD', /leave out --runtime/],
]

describe('what the shim tells of a runtime', () => {
  for (const [where, code, hint] of facts)
    it(`${where} ${code} has a hint`, () => {
      const errno = constants.errno[code]
      const error = runFailure(new ShimError({ where, index: -1, errno, detail: '' }), 'true')
      assert.ok(error instanceof TsbuildError)
      assert.deepEqual([error.code, error.exitCode], ['RUNTIME_FAILED', 125])
      assert.match(error.hint ?? '', hint)
    })
})

describe('plainWords', () => {
  it('keeps the last of many words, each line once', () => {
    const lines = Array.from({ length: 500 }, (_, at) => `line ${at}\n\nsame`).join('\n')
    const words = plainWords(lines)
    assert.equal(words.length, 2000)
    assert.match(words, /; line 499$/)
    assert.equal(plainWords('same\nsame\n'), 'same')
  })
})
