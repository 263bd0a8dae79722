// SPDX-License-Identifier: Apache-2.0
/** What a second build takes from the first. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, makeBase, stepsOf, writeContext } from './support/builds.ts'

const text = `FROM busybox
ARG VALUE=1
RUN echo before >/before
COPY a b /d/
RUN echo $VALUE >/value
COPY c /c
`

/** What is done to the context or the command, and which of RUN, COPY, RUN, COPY are done again. */
interface Change {
  readonly name: string
  readonly change?: (directory: string, user: TestUser) => void
  readonly options?: readonly string[]
  readonly again: readonly boolean[]
  /** An earlier one that gave the same image. */
  readonly like?: string
}

const none = [false, false, false, false]
const fromCopy = [false, true, true, true]

const changes: readonly Change[] = [
  { name: 'nothing', again: none, like: 'everything' },
  {
    name: 'times alone',
    change: (directory) => {
      for (const name of ['a', 'b', 'c']) utimesSync(join(directory, name), 1, 1)
    },
    again: none,
    like: 'everything',
  },
  {
    name: 'a file that no step copies',
    change: (directory) => writeFileSync(join(directory, 'other'), 'o'),
    again: none,
    like: 'everything',
  },
  {
    name: 'the last file, with as many bytes and its old time',
    change: (directory) => {
      writeFileSync(join(directory, 'c'), 'C')
      utimesSync(join(directory, 'c'), 1, 1)
    },
    again: [false, false, false, true],
  },
  {
    name: 'the content of a file',
    change: (directory) => writeFileSync(join(directory, 'a'), 'changed'),
    again: fromCopy,
  },
  {
    name: 'the mode of a file',
    change: (directory) => chmodSync(join(directory, 'b'), 0o755),
    again: fromCopy,
  },
  {
    name: 'a link to what was there before, which is followed',
    change: (directory, user) => {
      unlinkSync(join(directory, 'b'))
      writeFileSync(join(directory, 'target'), 'B')
      chownSync(join(directory, 'target'), user.uid, user.gid)
      symlinkSync('target', join(directory, 'b'))
    },
    again: none,
    like: 'the content of a file',
  },
  {
    name: 'a build argument',
    options: ['--build-arg', 'VALUE=2'],
    again: [true, true, true, true],
  },
  {
    name: 'the same argument again',
    options: ['--build-arg', 'VALUE=2'],
    again: none,
    like: 'a build argument',
  },
  { name: 'the argument of before', again: none, like: 'the content of a file' },
  { name: 'no cache', options: ['--no-cache'], again: [true, true, true, true] },
  { name: 'nothing after that', again: none, like: 'no cache' },
]

const contents = { a: 'A', b: 'B', c: 'c', Containerfile: text }

describe('the cache of build steps', () => {
  matrix('has what was done with the same inputs', async (user) => {
    await makeBase(user)
    const directory = writeContext(user, 'context', contents)
    const first = await build(user, directory)
    assert.deepEqual(first.again, [true, true, true, true])
    const ids = new Map([['everything', first.id]])
    for (const { name, change, options = [], again, like } of changes) {
      change?.(directory, user)
      const { id, again: found } = await build(user, directory, options)
      assert.deepEqual(found, again, name)
      if (like === undefined) assert.ok(![...ids.values()].includes(id), name)
      else assert.equal(id, ids.get(like), name)
      ids.set(name, id)
    }
  })

  matrix('has steps of builds that failed later', async (user) => {
    await makeBase(user)
    const failing = writeContext(user, 'failing', { Containerfile: `${PREFIX}RUN exit 3\n` })
    assert.equal((await user.tsbuild(buildArgs(failing))).code, 3)
    const mended = writeContext(user, 'mended', { Containerfile: `${PREFIX}RUN exit 0\n` })
    assert.deepEqual((await build(user, mended)).again, [false, true])
  })

  matrix('is gone after prune, and after a removal of all images', async (user) => {
    const directory = writeContext(user, 'context', { Containerfile: PREFIX })
    for (const remove of [
      ['rmi', '--prune'],
      ['rmi', '--all', '--force'],
    ]) {
      await makeBase(user)
      assert.deepEqual((await build(user, directory)).again, [true])
      assert.deepEqual((await build(user, directory)).again, [false])
      await user.ok(remove)
      if (remove.includes('--all')) await makeBase(user)
      assert.deepEqual((await build(user, directory)).again, [true])
      await user.ok(['rmi', '--all', '--force'])
    }
  })
})

const PREFIX = 'FROM busybox\nRUN echo slow >/slow\n'

async function build(user: TestUser, directory: string, options: readonly string[] = []) {
  const { stdout } = await user.ok(buildArgs(directory, ...options))
  const files = stepsOf(stdout).filter((step) => /^(RUN|COPY) /.test(step))
  const [id = ''] = stdout.trimEnd().split('\n').slice(-1)
  return { id, again: files.map((step) => step.endsWith(': done')) }
}
