// SPDX-License-Identifier: Apache-2.0
/** `run --add-history`, and `build --stdin`. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, makeBase, writeContext } from './support/builds.ts'
import { runArgs, shell } from './support/rows.ts'

describe('run --add-history', () => {
  matrix('notes commands that succeed, as a shell would read them', async (user) => {
    const container = await user.container('busybox')
    const run = (argv: readonly string[], ...options: readonly string[]) => {
      const [verb = '', ...rest] = runArgs(container, argv)
      return user.tsbuild([verb, '--add-history', ...options, ...rest])
    }
    const { code, stdout } = await run(shell("echo 'a  b'"))
    assert.deepEqual([code, stdout], [0, 'a  b\n'])
    assert.equal((await run(['false'])).code, 1)
    assert.equal((await run(['no-such-program'])).code, 127)
    assert.equal((await run(shell('kill -TERM $$; exit 5'))).code, 5)
    assert.equal((await run(['touch', '/x'], '--dry-run')).code, 0)
    const terminal = await run(['stty', 'size'], '--tty', '--terminal-size', '9x8')
    assert.deepEqual([terminal.code, terminal.stdout], [0, '8 9\r\n'])
    assert.deepEqual(await historyOf(user, container), [
      `/bin/sh -c sh -c 'echo '\\''a  b'\\'''`,
      '/bin/sh -c stty size',
    ])
  })
})

async function historyOf(user: TestUser, container: string): Promise<unknown> {
  await user.ok(['commit', '-q', container, 'told'])
  const { stdout } = await user.ok(['inspect', '--type', 'image', 'told'])
  const { OCIv1 } = JSON.parse(stdout)
  return OCIv1.history
    .filter((entry: { empty_layer?: boolean }) => entry.empty_layer)
    .map((entry: { created_by: string }) => entry.created_by)
}

describe('build --stdin', () => {
  matrix('lets steps read, each time anew', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nRUN read word; echo "read $word" >>/read; cat /read\n'
    const directory = writeContext(user, 'context', { Containerfile: text })
    const build = async (input: string, ...options: readonly string[]) => {
      const args = buildArgs(directory, ...options)
      const { stdout } = await user.ok(args, { input })
      return stdout.split('\n').find((line) => line.startsWith('read'))
    }
    assert.equal(await build('not this\n'), 'read ')
    for (const word of ['one', 'two', 'two'])
      assert.equal(await build(`${word}\n`, '--stdin'), `read ${word}`)
  })
})
