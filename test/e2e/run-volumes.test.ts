// SPDX-License-Identifier: Apache-2.0
/** `run --volume` and `--mount`: what is shown, how, and what is refused. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { writeContext } from './support/builds.ts'
import { checkRows, type RunRow, shell, type Wanted } from './support/rows.ts'

/** Of the mount at a path, and of its file system. */
const optionsOf = (path: string) =>
  `sed -n 's|.* ${path} \\([^ ]*\\) .*- \\([^ ]*\\) [^ ]* |\\1 \\2 |p' /proc/self/mountinfo`

const out = (stdout: string | RegExp): Wanted => ({ stdout })
const no = (stderr: RegExp): Wanted => ({ code: 125, stdout: '', stderr })

/** In a directory that nobody else may enter. */
function makeHost(user: TestUser): string {
  const files = { 'data/file': 'of the host\n', 'a:b/file': 'colon\n', 'kept/file': 'below\n' }
  const host = writeContext(user, 'closed/host', files)
  for (const path of [host, dirname(host)]) chownSync(path, user.uid, user.gid)
  chmodSync(dirname(host), 0o700)
  execFileSync('mkfifo', [join(host, 'fifo')])
  symlinkSync('data', join(host, 'link'))
  for (const name of ['upper', 'work', 'given']) mkdirSync(join(host, name))
  for (const name of ['fifo', 'upper', 'work', 'given'])
    chownSync(join(host, name), user.uid, user.gid)
  return host
}

const shown = (host: string): readonly RunRow[] => [
  {
    name: 'a directory, which can be written to',
    options: ['-v', `${host}/data:/data`],
    argv: shell('cat /data/file; echo new >/data/new'),
    want: out('of the host\n'),
  },
  {
    name: 'the same, read-only',
    options: ['--volume', `${host}/data:/data:ro`],
    argv: shell('cat /data/new; echo 2>/dev/null >/data/newer || echo no'),
    want: out('new\nno\n'),
  },
  {
    name: 'a file, where nothing is',
    options: ['-v', `${host}/data/file:/not/there/yet`],
    argv: ['cat', '/not/there/yet'],
    want: out('of the host\n'),
  },
  {
    name: 'a fifo and a device',
    options: ['-v', `${host}/fifo:/fifo`, '-v', '/dev/zero:/mine/zero'],
    argv: shell('stat -c %F /fifo /mine/zero; head -c 3 /mine/zero | wc -c'),
    want: out('fifo\ncharacter special file\n3\n'),
  },
  {
    name: 'what a link of the host leads to',
    options: ['-v', `${host}/link:/data`],
    argv: ['cat', '/data/file'],
    want: out('of the host\n'),
  },
  {
    name: 'a colon in both paths',
    options: ['-v', `${host}/a\\:b:/c\\:d`],
    argv: ['cat', '/c:d/file'],
    want: out('colon\n'),
  },
  {
    name: 'a link in the container, followed in its root, made for the next',
    argv: shell('mkdir /real; ln -s /real /link; ln -s ../../../other/new /dangling'),
    want: {},
  },
  {
    name: 'the place that links of the container lead to',
    options: ['-v', `${host}/data:/link`, '-v', `${host}/data:/dangling`],
    argv: ['cat', '/real/file', '/other/new/file'],
    want: out('of the host\nof the host\n'),
  },
  {
    name: 'attributes',
    options: ['-v', `${host}/data:/data:nosuid,nodev,noexec,ro`],
    argv: shell(optionsOf('/data')),
    want: out(/^ro,nosuid,nodev,noexec,relatime /),
  },
  {
    name: 'another volume in it',
    options: ['-v', `${host}/kept:/data/given`, '-v', `${host}:/data`],
    argv: ['cat', '/data/given/file', '/data/data/file'],
    want: out('below\nof the host\n'),
  },
  {
    name: '--mount type=bind',
    options: ['--mount', `type=bind,src=${host}/data,target=/data,readonly`],
    argv: shell(`cat /data/file; ${optionsOf('/data')}`),
    want: out(/^of the host\nro,relatime /),
  },
  {
    name: '--mount type=tmpfs',
    options: ['--mount', 'type=tmpfs,dst=/t,tmpfs-size=64k,tmpfs-mode=0700,nosuid'],
    argv: shell(`stat -c %a /t; ${optionsOf('/t')}`),
    want: out(/^700\nrw,nosuid,relatime tmpfs rw,size=64k,mode=700/),
  },
  {
    name: '--mount type=tmpfs with a copy',
    options: ['--mount', 'type=tmpfs,dst=/etc,tmpcopyup'],
    argv: shell(`cat /etc/group | head -n 1; echo >/etc/new; ${optionsOf('/etc')}`),
    want: out(/^root:.*\nrw,relatime tmpfs /),
  },
  { name: 'which goes', argv: shell('ls /etc/new 2>/dev/null || echo no'), want: out('no\n') },
  {
    name: 'a volume in place of a file of ours',
    options: ['-v', `${host}/data/file:/etc/hosts`],
    argv: ['cat', '/etc/hosts'],
    want: out('of the host\n'),
  },
]

const overlaid = (host: string): readonly RunRow[] => [
  {
    name: 'O: what is written is seen',
    options: ['-v', `${host}/data:/data:O`],
    argv: shell('echo more >>/data/file; echo >/data/added; cat /data/file; rm /data/added'),
    want: out('of the host\nmore\n'),
  },
  {
    name: 'O: and dropped',
    options: ['-v', `${host}/data:/data:O`],
    argv: shell('cat /data/file; ls /data'),
    want: out('of the host\nfile\n'),
  },
  ...['first', 'second'].map((text) => ({
    name: `O: and kept, ${text}`,
    options: ['-v', `${host}/data:/data:O,upperdir=${host}/upper,workdir=${host}/work`],
    argv: shell(`echo ${text} >>/data/kept; cat /data/kept`),
    want: out(text === 'first' ? 'first\n' : 'first\nsecond\n'),
  })),
]

const refused = (host: string): readonly RunRow[] =>
  (
    [
      [['-v', `${host}/missing:/data`], /cannot mount .*missing.*\n.*does not exist\n +hint: /],
      [['-v', 'data:/data'], /the source "data" is relative\n +hint: /],
      [['-v', `${host}/data:data`], /the destination "data" is relative\n +hint: /],
      [['-v', `${host}/data:/data:ro,rw`], /only one of ro, rw is possible\n +hint: /],
      [['-v', `${host}/data:/data:frob`], /no option "frob"\n +hint: /],
      [['-v', `${host}/data:/a`, '-v', `${host}/kept:/a`], /two mounts for \/a .*\n +hint: /],
      [['-v', `${host}/data/file:/data:O`], /overlay of .*\n.*no directory\n +hint: /],
      [
        ['-v', `${host}/data:/etc/passwd`],
        /mount a directory: there is a file.*\n.*passwd.*\n +hint: /,
      ],
      [['--mount', 'type=cache,dst=/data'], /no type "cache"\n +hint: .*RUN --mount/],
      [['--mount', 'type=tmpfs,dst=/data,tmpfs-size=x'], /"x" is no size\n +hint: /],
      [['--default-mounts-file', `${host}/missing`], /mounts file .*missing\n.*\n +hint: /],
    ] as const
  ).map(([options, words]) => ({
    name: options.join(' '),
    options,
    argv: ['true'],
    want: no(words),
  }))

describe('run --volume', () => {
  matrix('shows', async (user) => {
    const host = makeHost(user)
    const container = await user.container('busybox')
    await checkRows(user, container, shown(host))
    assert.equal(readFileSync(join(host, 'data/new'), 'utf8'), 'new\n')
  })

  matrix('has overlays', async (user) => {
    const host = makeHost(user)
    const container = await user.container('busybox')
    await checkRows(user, container, overlaid(host))
    assert.deepEqual(readdirSync(join(host, 'data')), ['file'])
    assert.deepEqual(readdirSync(join(host, 'upper')), ['kept'])
  })

  matrix('refuses', async (user) => {
    const host = makeHost(user)
    await checkRows(user, await user.container('busybox'), refused(host))
  })

  matrix('gives the source to the user of the container', async (user) => {
    const host = makeHost(user)
    const container = await user.container('busybox')
    symlinkSync('../data/file', join(host, 'given/link'))
    lchownSync(join(host, 'given/link'), user.uid, user.gid)
    const before = lstatSync(join(host, 'data/file')).uid
    const options = ['-v', `${host}/given:/given:U`, '-v', `${host}/kept:/over:O,U`]
    const script = 'stat -c "%u %g" /given /given/link /over; echo >/given/new; echo >/over/new'
    const args = ['run', '--network', 'none', ...options, '--user']
    const who = user.kind === 'single' ? '0:0' : '1000:100'
    const { stdout } = await user.ok([...args, who, container, ...shell(script)])
    assert.equal(stdout, `${who.replace(':', ' ')}\n`.repeat(3))
    assert.equal(lstatSync(join(host, 'data/file')).uid, before, 'no link is followed')
  })

  matrix('lets mounts of the host come in as it is told', seesMounts, { needs: ['root'] })
})

async function seesMounts(user: TestUser): Promise<void> {
  const host = makeHost(user)
  const container = await user.container('busybox')
  const mount = (path: string) => execFileSync('mount', ['-t', 'tmpfs', 'later', path])
  execFileSync('mount', ['-t', 'tmpfs', '--make-shared', 'shared', join(host, 'data')])
  mkdirSync(join(host, 'data/later'), { mode: 0o755 })
  try {
    const options = ['-v', `${host}/data:/slave:rslave`, '-v', `${host}/data:/private`]
    const script = 'echo ready; read line; grep -c later /proc/self/mountinfo; mount | grep later'
    const args = ['run', '--network', 'none', ...options, container, ...shell(script)]
    const run = user.spawn([...user.command, ...args], { openInput: true })
    await until('it runs', () => run.stdout() === 'ready\n')
    mount(join(host, 'data/later'))
    run.child.stdin?.end('\n')
    const { stdout } = await run.result
    assert.match(stdout, /^ready\n1\nlater on \/slave\/later .*\n$/)
  } finally {
    execFileSync('umount', ['-R', join(host, 'data')])
  }
}
