// SPDX-License-Identifier: Apache-2.0
/** Builds that fail: one clear error each, with the place in the file, and nothing is left. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, makeBase, writeContext } from './support/builds.ts'
import { check, type Wanted } from './support/rows.ts'
import { storeState } from './support/store-state.ts'

interface Failure {
  readonly name: string
  /** Behind `FROM busybox`, unless it starts with FROM. */
  readonly text: string
  readonly options?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  readonly want: Wanted
}

/** Code STEP_FAILED. */
const STEP_HINT =
  '\n  hint: what it printed says why; --quiet leaves out what goes to standard output\n$'
const failed = (how: string) =>
  new RegExp(`Containerfile:2: the command ${how}\n(.*\n)*.*${STEP_HINT}`)

const commands: readonly Failure[] = [
  {
    name: 'an exit code',
    text: 'RUN echo said; echo complained >&2; exit 7\nRUN echo never',
    want: {
      code: 7,
      stdout: /^STEP 1\/3: .*\n--> .*\nSTEP 2\/3: .*\nsaid\n$/,
      stderr:
        /^complained\n.*:2: .* 7\n {4}1 \| FROM .*\n>>> 2 \| RUN .*\n {4}3 \| .*\n {2}hint: .*\n$/,
    },
  },
  {
    name: 'code 255',
    text: 'RUN exit 255',
    want: { code: 255, stderr: failed('ended with exit code 255') },
  },
  {
    name: 'code 128',
    text: 'RUN exit 128',
    want: { code: 128, stderr: failed('ended with exit code 128') },
  },
  {
    name: 'a signal',
    text: "RUN sh -c 'kill -TERM $$'; exit $?",
    want: { code: 143, stderr: /ended by signal 15\n/ },
  },
  {
    name: 'several lines',
    text: 'RUN true && \\\n    # why\n    exit 4\nENV A=b',
    want: {
      code: 4,
      stderr: />>> 2 \| RUN true && \\\n>>> 3 \| {5}# why\n>>> 4 \| {5}exit 4\n {4}5 \| ENV A=b\n/,
    },
  },
  {
    name: 'no such program',
    text: 'RUN ["no-such-program"]',
    want: { code: 127, stderr: /:2: cannot run "no-such-program": not found\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'no program',
    text: 'RUN ["/etc/passwd"]',
    want: { code: 126, stderr: /:2: cannot run "\/etc\/passwd": .*\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'no shell',
    text: 'FROM scratch\nRUN true',
    want: { code: 127, stderr: /:2: cannot run "\/bin\/sh": .*\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'a user that does not exist',
    text: 'USER nobody-here\nRUN true',
    want: { code: 125, stderr: /:3: .*nobody-here(.*\n)+ {2}hint: / },
  },
]

const mistakes: readonly Failure[] = [
  {
    name: 'an unknown instruction',
    text: 'RUNN true',
    want: { stderr: /:2: unknown .*RUNN\n(.*\n)+.*mean RUN\?\n$/ },
  },
  {
    name: 'no FROM',
    text: 'FROM',
    want: { stderr: /:1: FROM needs an argument\n>>> 1 \| FROM\n$/ },
  },
  {
    name: 'an unknown base',
    text: 'FROM nowhere',
    want: { stderr: /:1: no image "nowhere"\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'another platform',
    text: 'FROM --platform=linux/s390x busybox',
    want: { stderr: /:1: cannot build for linux\/s390x: (.*\n)+ {2}hint: / },
  },
  {
    name: 'an unknown stage',
    text: '',
    options: ['--target', 'there'],
    want: {
      stderr: /no stage "there" in .*\n {2}hint: its stages have no names: use a number up to 0\n$/,
    },
  },
  {
    name: 'a file that is not there',
    text: 'COPY missing /',
    want: {
      stderr: /:2: cannot copy "missing": there is no such file in the context .*(.*\n)+ {2}hint: /,
    },
  },
  {
    name: 'a file that is ignored',
    text: 'COPY secret /',
    files: { secret: 's', '.dockerignore': 'secret\n' },
    want: { stderr: /:2: .*secret.*(.*\n)+.*\.dockerignore/ },
  },
  {
    name: 'a file above the context',
    text: 'COPY ../../../../etc/passwd /etc/other',
    want: { stderr: /:2: .*passwd(.*\n)+ {2}hint: / },
  },
  {
    name: 'files of an unknown image',
    text: 'COPY --from=nowhere /a /',
    want: { stderr: /:2: no image "nowhere"\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'an owner that does not exist',
    text: 'COPY --chown=nobody-here Containerfile /',
    want: { stderr: /:2: .*nobody-here(.*\n)+ {2}hint: / },
  },
  {
    name: 'a document called ..',
    text: 'COPY <<.. /x/\n..',
    want: { stderr: /tsbuild: .*\n(.*\n)+ {2}hint: / },
  },
  {
    name: 'no name for an image',
    text: '',
    options: ['-t', 'UPPER'],
    want: { stderr: /UPPER.*\n(.*\n)* *hint: / },
  },
  {
    name: 'no number of jobs',
    text: '',
    options: ['--jobs', 'many'],
    want: { stderr: /--jobs.*\n *hint: / },
  },
  {
    name: 'no Containerfile',
    text: '',
    options: ['-f', 'nowhere'],
    want: { stderr: /nowhere\n(.*\n)* *hint: / },
  },
  {
    name: 'an endless Containerfile',
    text: '',
    options: ['-f', '/dev/zero'],
    want: { stderr: /4 MiB\n *hint: / },
  },
]

describe('a build that fails', () => {
  matrix('ends with the exit code of its command, and says where', (user) => fail(user, commands))

  matrix('says what is wrong with what it was told', async (user) => {
    await fail(
      user,
      mistakes.map((one) => ({ ...one, want: { code: 125, ...one.want } })),
    )
  })

  matrix('has no context', async (user) => {
    const empty = writeContext(user, 'empty', {})
    const rows = [
      { directory: empty, stderr: /there is no Containerfile or Dockerfile in .*\n {2}hint: / },
      { directory: `${empty}/missing`, stderr: /cannot use .*\n.*ENOENT.*\n {2}hint: / },
      { directory: '/dev/null', stderr: /cannot use .*\n.*not a directory\n {2}hint: / },
    ]
    for (const { directory, stderr } of rows) {
      const args = buildArgs(directory)
      check(args, await user.tsbuild(args), { code: 125, stdout: '', stderr })
    }
  })

  matrix('leaves the name to the image that has it', async (user) => {
    const base = await makeBase(user)
    const directory = writeContext(user, 'context', { Containerfile: 'FROM busybox\nRUN exit 1\n' })
    assert.equal((await user.tsbuild(buildArgs(directory, '-t', 'busybox'))).code, 1)
    const { stdout } = await user.ok(['images', '--noheading', '--no-trunc'])
    assert.match(stdout, new RegExp(`^localhost/busybox +latest .*${base}.*\n$`))
  })
})

/** Every failure leaves the store as it was; half-written files go with the next command. */
async function fail(user: TestUser, failures: readonly Failure[]): Promise<void> {
  await makeBase(user)
  const before = storeState(user.root)
  for (const { name, text, options = [], files = {}, want } of failures) {
    const full = text.startsWith('FROM') ? text : `FROM busybox\n${text}`
    const directory = writeContext(user, name.replaceAll(' ', '-'), {
      ...files,
      Containerfile: `${full}\n`,
    })
    const args = buildArgs(directory, ...options)
    const result = await user.tsbuild(args)
    check([name, ...args], result, want)
    assert.doesNotMatch(result.stderr, /internal error/, name)
  }
  await user.ok(['rmi', '--prune'])
  assert.deepEqual(storeState(user.root), before)
}
