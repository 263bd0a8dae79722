// SPDX-License-Identifier: Apache-2.0
/** Bytes in and out of a container, by pipes, files and the relay of a terminal. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { checkRows, onHost, type RunRow, runArgs, shell } from './support/rows.ts'

const much = 64 * 2 ** 20

const rows: readonly RunRow[] = [
  {
    name: 'stderr is apart from stdout',
    argv: shell('echo out; echo err >&2'),
    want: { stdout: 'out\n', stderr: 'err\n' },
  },
  { name: 'stdin', how: { input: 'a\nb' }, argv: ['cat'], want: { stdout: 'a\nb' } },
  { name: 'no input', argv: ['cat'], want: { stdout: '' } },
  { name: 'stdin closed', host: 'exec "$@" <&-', argv: ['cat'], want: { stdout: '' } },
  {
    name: 'everything closed',
    host: '"$@" <&- >&- 2>&-; echo $?',
    argv: shell('ls /proc/1/fd >/dev/null && exit 7'),
    want: { stdout: '7\n' },
  },
  {
    name: 'a file as stdin is read from where it stands',
    host: '{ read x; "$@"; } <<<$\'1\\n2\\n3\'',
    argv: ['cat'],
    want: { stdout: '2\n3\n' },
  },
  {
    name: 'a file as stdout is written on where it stands',
    host: '(echo 1; "$@"; echo 3) >$TMPDIR/out; cat $TMPDIR/out; rm $TMPDIR/out',
    argv: ['echo', '2'],
    want: { stdout: '1\n2\n3\n' },
  },
  {
    name: 'a reader that goes away',
    host: '"$@" | head -c 10',
    argv: ['yes'],
    want: { code: 1, stdout: 'y\ny\ny\ny\ny\n', stderr: /Broken pipe/ },
  },
  {
    name: 'a reader of a terminal that goes away',
    options: ['-t'],
    host: 'for i in 0 1 2 3 4 5 6 7 8 9; do "$@" | head -c 3; done; exit 7',
    argv: ['yes'],
    want: { code: 7, stdout: 'y\r\n'.repeat(10) },
  },
  {
    name: 'a writer that stays does not keep it running',
    host: 'exec 8< <(exec sleep 1000); "$@" <&8; kill $!; exit 3',
    argv: ['true'],
    want: { code: 3 },
  },
  {
    name: '/dev/stdout through a pipe, by the user of the container',
    host: '"$@" | cat',
    argv: shell('echo 1 >/dev/stdout; echo 2 >>/dev/stdout; echo 3 >/proc/self/fd/1'),
    want: { stdout: '1\n2\n3\n' },
  },
  {
    name: 'a terminal gets its input and its end',
    options: ['-t'],
    how: { input: 'a\nb' },
    argv: shell('stty -echo; while read x; do echo "<$x>"; done; echo "<$x>"'),
    want: { stdout: /<a>\r\n<b>\r\n$/ },
  },
  {
    name: 'a terminal merges stdout and stderr',
    options: ['-t'],
    argv: shell('test -t 0 && test -t 1 && test -t 2 && tty; echo err >&2; exit 5'),
    want: { code: 5, stdout: '/dev/pts/0\r\nerr\r\n' },
  },
  {
    name: 'a line of ten million bytes through a terminal',
    options: ['-t'],
    host: '"$@" | tr -d a | wc -c',
    argv: shell('stty -opost; head -c 10000000 /dev/zero | tr "\\0" a; echo'),
    want: { stdout: '1\n' },
  },
]

describe('stdio', () => {
  matrix('is passed on', async (user) => checkRows(user, await user.container('busybox'), rows))

  matrix(
    'as another user can be opened again',
    async (user) => {
      const container = await user.container('busybox')
      const script = shell('id -u >/dev/stdout; echo err >/dev/stderr')
      const args = ['run', '--network', 'none', '--user', 'demo', container, ...script]
      const { code, stdout } = await user.run(onHost(user, '"$@" 2>&1 | cat', args))
      assert.deepEqual({ code, stdout }, { code: 0, stdout: '1000\nerr\n' })
    },
    { kinds: ['root', 'subid'] },
  )

  matrix('64 MiB arrive as they are on stdin', async (user) => {
    const container = await user.container('busybox')
    const input = randomBytes(much)
    const { stdout } = await user.ok(runArgs(container, ['sha256sum']), { input })
    assert.equal(stdout.split(' ')[0], createHash('sha256').update(input).digest('hex'))
  })

  for (const [title, options] of Object.entries({ stdout: [], 'a terminal': ['-t'] })) {
    matrix(`64 MiB leave as they are by ${title}`, (user) => checkOutput(user, options))
  }

  matrix('the last words before the end are never lost', async (user) => {
    const container = await user.container('busybox')
    for (let round = 0; round < 34; round++) {
      const options = ['--network', 'none', ...(round % 2 === 0 ? ['-t'] : [])]
      const script = shell(`echo last words ${round}; exit ${round}`)
      const { code, stdout } = await user.tsbuild(['run', ...options, container, ...script])
      assert.deepEqual({ code, text: stdout.trim() }, { code: round, text: `last words ${round}` })
    }
  })
})

/** The same bytes are summed inside, on their way, and outside, with a mark where they end. */
async function checkOutput(user: TestUser, options: readonly string[]): Promise<void> {
  const container = await user.container('busybox')
  const script = `stty raw 2>/dev/null; mkfifo /tmp/copy; sha256sum </tmp/copy >/tmp/sum &
    head -c ${much} /dev/urandom | tee /tmp/copy; wait`
  const args = ['run', '--network', 'none', ...options, container, ...shell(script)]
  const { code, stdout } = await user.run(onHost(user, '"$@" | sha256sum', args))
  assert.equal(code, 0)
  const inside = await user.ok(runArgs(container, ['cat', '/tmp/sum']))
  assert.equal(stdout, inside.stdout)
}
