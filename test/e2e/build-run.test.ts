// SPDX-License-Identifier: Apache-2.0
/** What RUN steps see, what they leave in their layer, and what they cannot do. */
import assert from 'node:assert/strict'
import { chownSync, lstatSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { buildArgs, buildText, listLayer, makeBase, writeContext } from './support/builds.ts'

/** A base with nothing but programs, so that every mount point is ours. */
const BARE = 'FROM scratch\nCOPY --from=busybox /bin /bin\n'

interface Trace {
  readonly name: string
  /** Behind `BARE`; its last step's layer is looked at. */
  readonly text: string
  /** All there is in the layer, but for its root. */
  readonly files: readonly string[]
}

const traces: readonly Trace[] = [
  { name: 'nothing', text: 'RUN true', files: [] },
  { name: 'a file elsewhere', text: 'RUN echo x >/file', files: ['file'] },
  { name: 'a file beside', text: 'RUN echo x >/etc/mine', files: ['etc/', 'etc/mine'] },
  { name: 'a run beside', text: 'RUN mkdir /run/lock', files: ['run/', 'run/lock/'] },
  { name: 'what a base has stays', text: 'COPY etc /etc/\nRUN true', files: [] },
  {
    name: 'what a program writes into files of ours',
    text: 'COPY etc /etc/\nRUN echo 1 >>/etc/hostname',
    files: [],
  },
  { name: 'a base without', text: 'COPY passwd /etc/passwd\nRUN true', files: [] },
  {
    name: 'something new in a directory of the base',
    text: 'COPY passwd /etc/passwd\nRUN rm /etc/passwd; echo 1 >/etc/new',
    files: ['etc/', 'etc/new', 'etc/.wh.passwd'],
  },
]

const files = { 'etc/hosts': 'mine\n', 'etc/hostname': 'mine\n', passwd: 'root:x:0:0::/:/bin/sh\n' }

describe('RUN', () => {
  matrix('leaves no trace of what we mount', async (user) => {
    await makeBase(user)
    for (const { name, text, files: wanted } of traces) {
      const id = await buildText(user, `${BARE}${text}\n`, { files })
      assert.deepEqual(await topLayer(user, id), wanted, name)
    }
  })

  matrix('cannot reach the host through a link in place of /etc', async (user) => {
    await makeBase(user)
    const victim = join(user.directory, 'victim')
    mkdirSync(victim)
    const names = ['hosts', 'hostname', 'resolv.conf', '.containerenv']
    for (const name of names) writeFileSync(join(victim, name), '')
    for (const name of [...names.map((name) => join(victim, name)), victim]) {
      chownSync(name, user.uid, user.gid)
      utimesSync(name, 1, 1)
    }
    for (const parent of ['etc', 'run']) {
      const attack = `RUN mv /${parent} /moved && ln -s ${victim} /${parent}\n`
      await buildText(user, `${BARE}${attack}RUN ["/bin/true"]\n`)
    }
    assert.deepEqual(readdirSync(victim).sort(), [...names].sort())
    assert.equal(lstatSync(victim).mtimeMs, 1000)
  })

  matrix('writes to /dev/stdout as another user', stdoutOfOthers, { kinds: ['root', 'subid'] })

  matrix('ends with its command, whatever that left in the background', async (user) => {
    await makeBase(user)
    const text = 'FROM busybox\nRUN sleep 1000 & echo started >/started\nRUN cat /started\n'
    const directory = writeContext(user, 'context', { Containerfile: text })
    const { stdout } = await user.ok(buildArgs(directory))
    assert.match(stdout, /\nstarted\n--> /)
  })

  matrix('may print very much', async (user) => {
    await makeBase(user)
    const lines = `head -c ${64 * MEBIBYTE} /dev/zero | tr '\\0' '\\n'`
    const text = `FROM busybox\nRUN ${lines}; echo end >&2\n`
    const directory = writeContext(user, 'context', { Containerfile: text })
    const args = buildArgs(directory)
    const line = ['sh', '-c', '"$@" | tr -cd "\\n" | wc -c', 'sh', ...user.command, ...args]
    const { stdout, stderr } = await user.run(line)
    assert.equal(stderr, 'end\n')
    assert.ok(Number(stdout) >= 64 * MEBIBYTE && Number(stdout) < 64 * MEBIBYTE + 20, stdout)
  })

  matrix('is told of what it may know, and of nothing else', async (user) => {
    await makeBase(user)
    const text = `FROM busybox
ARG SHOWN=1
ENV KEPT=2
RUN unset PWD SHLVL; env | sort; grep -c '^Seccomp:.2' /proc/self/status; wc -c; ls /proc/self/fd
`
    const directory = writeContext(user, 'context', { Containerfile: text })
    const args = buildArgs(directory)
    const { stdout } = await user.ok(args, { env: { SECRET_OF_HOST: 'secret' } })
    assert.doesNotMatch(stdout, /secret/)
    assert.match(stdout, /\nHOME=\/root\nHOSTNAME=.*\nKEPT=2\nPATH=.*\nSHOWN=1\n1\n0\n0\n1\n2\n3\n/)
  })
})

const MEBIBYTE = 1024 * 1024

async function stdoutOfOthers(user: TestUser): Promise<void> {
  await makeBase(user)
  const text = 'FROM busybox\nUSER 7:7\nRUN id -u; echo out >/dev/stdout; echo err >/dev/stderr\n'
  const directory = writeContext(user, 'context', { Containerfile: text })
  const { stdout, stderr } = await user.ok(buildArgs(directory))
  assert.match(stdout, /\n7\nout\n--> /)
  assert.equal(stderr, 'err\n')
}

/** The names in the uppermost layer, but for its root. */
async function topLayer(user: TestUser, id: string): Promise<string[]> {
  const names = (await listLayer(user, id, -1, [])).split('\n')
  return names.filter((name) => !['', './'].includes(name))
}
