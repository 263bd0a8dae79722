// SPDX-License-Identifier: Apache-2.0
/** `copy`: what it makes for each kind of user, and how it fails. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { giveFile } from './support/archives.ts'
import { check, runArgs, shell, type Wanted } from './support/rows.ts'

const look = (...paths: readonly string[]) =>
  shell(`cd /; stat -c '%n %u:%g %a %F' ${paths.join(' ')}`)

const DIGEST = /^[0-9a-f]{64}\n$/

interface Failure {
  readonly args: readonly string[]
  readonly want: Wanted
}

const failures: readonly Failure[] = [
  {
    args: ['c', 'nope', '/x'],
    want: { code: 125, stderr: /cannot copy "nope": there is no such file\n.*\n? *.*hint: check/s },
  },
  { args: ['c', 'no*', '/x'], want: { code: 125, stderr: /no items matching "no\*"\n +hint: / } },
  {
    args: ['c', 'file', '/etc/passwd/'],
    want: { code: 125, stderr: /"\/etc\/passwd\/": it is not a directory\n +hint: several/ },
  },
  {
    args: ['--chown', 'nobody2', 'c', 'file', '/x'],
    want: { code: 125, stderr: /"nobody2": it is not in \/etc\/passwd\n +hint: add the user/ },
  },
  {
    args: ['--chmod', 'u+y', 'c', 'file', '/x'],
    want: { code: 125, stderr: /the mode "u\+y"\n +hint: give it in octal/ },
  },
  {
    args: ['--contextdir', '.', 'c', '../secret', '/x'],
    want: { code: 125, stderr: /no such file in the context/ },
  },
  { args: ['--from', 'nobody', 'c', '/x', '/x'], want: { code: 125, stderr: /no image "nobody"/ } },
  {
    args: ['--from', 'c', '--contextdir', '.', 'c', 'x', '/x'],
    want: { code: 125, stderr: /exclude each other/ },
  },
  {
    args: ['--ignorefile', 'file', 'c', 'x', '/x'],
    want: { code: 125, stderr: /"--ignorefile" needs "--contextdir"/ },
  },
  {
    args: ['--contextdir', '.', '--ignorefile', 'ignore', 'c', 'fil*', '/x'],
    want: { code: 125, stderr: /\(1 filtered out using ignore\)\n +hint: change ignore/ },
  },
  { args: ['c', 'https://x/y', '/x'], want: { code: 125, stderr: /cannot be a URL\n +hint: / } },
]

describe('copy', () => {
  matrix('makes files, prints a digest, and prints the same for the same files', async (user) => {
    const container = await user.container('busybox')
    const file = giveFile(user, 'app/run', '#!/bin/sh\n')
    giveFile(user, 'app/lib/a', 'a')
    symlinkSync('run', `${user.directory}/files/app/link`)
    const app = `${user.directory}/files/app`
    const first = await user.ok(['copy', container, app, '/one'])
    const second = await user.ok(['copy', container, `${app}/.`, '/two/deep/'])
    assert.match(first.stdout, DIGEST)
    assert.equal(second.stdout, first.stdout)
    const quiet = await user.ok(['copy', '-q', '--chmod', '750', container, file, '/three/'])
    assert.equal(quiet.stdout, '')
    const want = [
      'one/run 0:0 644 regular file',
      'one/lib/a 0:0 644 regular file',
      'two/deep/link 0:0 777 symbolic link',
      'three/run 0:0 750 regular file',
    ]
    const names = want.map((line) => line.split(' ')[0] ?? '')
    const { stdout } = await user.ok(runArgs(container, look(...names)))
    assert.deepEqual(stdout.trimEnd().split('\n'), want)
    writeFileSync(`${app}/lib/a`, 'b')
    const third = await user.ok(['copy', container, app, '/one'])
    assert.notEqual(third.stdout, first.stdout)
    assert.equal((await user.ok(runArgs(container, ['cat', '/one/lib/a']))).stdout, 'b')
  })

  matrix('keeps owners between containers and from images, as far as they can be', async (user) => {
    const container = await user.container('busybox')
    const file = giveFile(user, 'file', 'x')
    await user.ok(['copy', '-q', '--chown', '5:6', '--chmod', '4711', container, file, '/d/file'])
    await user.ok(['commit', '-q', container, 'image'])
    const other = (await user.ok(['from', 'scratch'])).stdout.trim()
    await user.ok(['copy', '-q', '--from', container, other, '/bin', '/bin'])
    await user.ok(['copy', '-q', '--from', container, other, '/d', '/one'])
    await user.ok(['copy', '-q', '--from', 'image', other, '/d', '/two'])
    await user.ok(['copy', '-q', '--from', other, other, '/two', '/three'])
    const held = user.kind === 'single' ? '0:0 711' : '5:6 4711'
    const { stdout } = await user.ok(runArgs(other, look('one/file', 'two/file', 'three/file')))
    const want = ['one', 'two', 'three'].map((name) => `${name}/file ${held} regular file\n`)
    assert.equal(stdout, want.join(''))
  })

  matrix('fails with a reason, and leaves the container as it was', async (user) => {
    const container = await user.container('busybox')
    mkdirSync(`${user.directory}/files`, { recursive: true })
    giveFile(user, 'file', 'x')
    giveFile(user, 'ignore', 'f*\n')
    const cwd = `${user.directory}/files`
    for (const { args, want } of failures) {
      const named = ['copy', ...args.map((arg) => (arg === 'c' ? container : arg))]
      check(named, await user.tsbuild(named, { cwd }), want)
    }
    // Only root can give a file to somebody else.
    if (user.kind !== 'root' && process.getuid?.() === 0) {
      chmodSync(giveFile(user, 'd/closed', 'x'), 0)
      chownSync(`${cwd}/d/closed`, 0, 0)
      const args = ['copy', container, 'd', '/x']
      const stderr = /cannot copy "d"\n +caused by: EACCES.*\n +hint: .*can read/
      check(args, await user.tsbuild(args, { cwd }), { code: 125, stderr })
    }
    await user.ok(runArgs(container, shell('test ! -e /x')))
  })

  matrix('leaves sockets out and says so', async (user) => {
    const container = await user.container('busybox')
    giveFile(user, 'd/file', 'x')
    const server = createServer()
    const path = `${user.directory}/files/d/s`
    await new Promise<void>((listening) => server.listen(path, listening))
    const args = ['copy', '-q', container, `${user.directory}/files/d`, '/d']
    check(args, await user.tsbuild(args), { stderr: /warning: 1 sockets were left out/ })
    await new Promise((closed) => server.close(closed))
    assert.equal((await user.ok(runArgs(container, ['ls', '/d']))).stdout, 'file\n')
  })
})
