// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { packList } from '../../native-shim/fields.ts'
import { type Box, enterOps, inBox, path, shell } from './box.ts'
import { MS_BIND } from './effects-mount.ts'
import { within } from './within.ts'

/** Programs that can be tried, in a folder of the root file system. */
function makePrograms({ rootfs }: Box): void {
  const make = (name: string, text: string, mode = 0o755) => {
    writeFileSync(join(rootfs, 'try', name), text)
    chmodSync(join(rootfs, 'try', name), mode)
  }
  mkdirSync(join(rootfs, 'try/folder'), { recursive: true })
  make('good', '#!/bin/sh\necho "good $0"\n')
  make('closed', '#!/bin/sh\necho closed\n', 0o644)
  make('text', 'no program at all\n')
  make('orphan', '#!/missing/interpreter\n')
  make('broken', '\x7fELF\x02\x01\x01 and nothing behind')
  symlinkSync('missing', join(rootfs, 'try/dangling'))
  symlinkSync('loop', join(rootfs, 'try/loop'))
  symlinkSync('good', join(rootfs, 'try/link'))
}

/** Node does not know the last one; errno(3). */
const errnos = { ...constants.errno, ELIBBAD: 80 }

interface Case {
  readonly name: string
  readonly candidates: readonly string[]
  readonly env?: readonly string[]
  /** What is printed, or which error on what. */
  readonly want: string | readonly [errno: keyof typeof errnos, detail: string]
}

const cases: readonly Case[] = [
  {
    name: 'the first that is there',
    candidates: ['/a/good', '/try/good', '/bin/ls'],
    want: 'good /try/good',
  },
  { name: 'a link', candidates: ['/try/link'], want: 'good /try/link' },
  { name: 'one in the working directory', candidates: ['./good'], want: 'good ./good' },
  {
    name: 'none that is missing',
    candidates: ['/a/prog', '/try/dangling', '/etc/marker/prog'],
    want: ['ENOENT', 'prog'],
  },
  { name: 'none at all', candidates: [], want: ['ENOENT', 'prog'] },
  {
    name: 'a forbidden one is passed over',
    candidates: ['/try/closed', '/try/good'],
    want: 'good /try/good',
  },
  {
    name: 'a forbidden one is told when nothing is found',
    candidates: ['/try/closed', '/a/prog'],
    want: ['EACCES', '/try/closed'],
  },
  {
    name: 'a directory is passed over',
    candidates: ['/try/folder', '/try/good'],
    want: 'good /try/good',
  },
  {
    name: 'a directory is told when nothing is found',
    candidates: ['/try/folder'],
    want: ['EISDIR', '/try/folder'],
  },
  {
    name: 'a text ends the search',
    candidates: ['/try/text', '/try/good'],
    want: ['ENOEXEC', '/try/text'],
  },
  {
    name: 'a broken program ends the search',
    candidates: ['/try/broken', '/try/good'],
    want: ['ENOEXEC', '/try/broken'],
  },
  {
    name: 'a missing interpreter ends the search',
    candidates: ['/try/orphan', '/try/good'],
    want: ['ELIBBAD', '/try/orphan'],
  },
  {
    name: 'a loop of links ends the search',
    candidates: ['/try/loop', '/try/good'],
    want: ['ELOOP', '/try/loop'],
  },
  {
    name: 'a name too long ends the search',
    candidates: [`/${'x'.repeat(256)}`],
    want: ['ENAMETOOLONG', `/${'x'.repeat(256)}`],
  },
  {
    name: 'too large an environment',
    candidates: ['/try/good'],
    env: [`A=${'x'.repeat(200_000)}`],
    want: ['E2BIG', '/try/good'],
  },
  {
    name: 'a descriptor of ours',
    candidates: ['/proc/self/fd/3'],
    want: ['EACCES', '/proc/self/fd/3'],
  },
  {
    name: 'a descriptor that is closed',
    candidates: ['/proc/self/fd/4', '/proc/self/fd/5'],
    want: ['ENOENT', 'prog'],
  },
]

async function tryCandidates(box: Box, { candidates, env = [path], want }: Case): Promise<void> {
  const { shim, rootfs } = box
  makePrograms(box)
  await box.start()
  await box.perform([
    ...enterOps(rootfs),
    ['pivot'],
    ['chdir', '/try'],
    ['gate'],
    ['exec', packList(candidates), packList(['prog']), packList(env)],
  ])
  const reply = await shim.request(['run'])
  if (typeof want === 'string') {
    assert.deepEqual(reply, { name: 'started' })
    assert.equal(await within('the end of the shim', shim.ended), 0)
    assert.equal(shim.stdout().toString().trim(), want)
    return
  }
  if (reply.name !== 'error') assert.fail(JSON.stringify(reply))
  const [code, detail] = want
  const { where, index, errno } = reply
  assert.deepEqual({ where, index, errno }, { where: 'exec', index: 11, errno: errnos[code] })
  assert.equal(reply.detail, detail)
  assert.deepEqual(await shim.ops([['umask', 0]]), [{ name: 'done' }], 'init goes on')
  shim.hangUp()
}

describe('exec takes', () => {
  for (const one of cases)
    it(
      one.name,
      inBox({}, (box) => tryCandidates(box, one)),
    )

  it(
    'arguments and environment of a megabyte',
    inBox({}, async (box) => {
      const words = Array.from({ length: 10_000 }, (_, index) => `${index}`.padStart(60, '0'))
      await box.start()
      const list = [
        packList(['/bin/sh']),
        packList(['sh', '-c', 'echo $#; env | wc -l', ...words]),
      ] as const
      const env = [path, ...words.map((word) => `A${word}=`)]
      await box.perform([
        ...enterOps(box.rootfs),
        ['pivot'],
        ['gate'],
        ['exec', ...list, packList(env)],
      ])
      assert.equal((await box.shim.request(['run'])).name, 'started')
      assert.equal(await within('the end of the shim', box.shim.ended), 0)
      assert.equal(box.shim.stdout().toString(), '9999\n10003\n')
    }),
  )
})

/** Everything that the shim may hold open for somebody else. */
async function holdMuch({ shim, directory, rootfs, traces, perform, start }: Box): Promise<number> {
  assert.equal(
    (await shim.request(['lock', join(directory, 'lock'), 'exclusive', 'wait'])).name,
    'locked',
  )
  const mount = await shim.request(['mount', directory, 'rootfs', rootfs, 'none', MS_BIND, ''])
  assert.deepEqual(mount, { name: 'ok' })
  const init = await start()
  const argv = packList(['/bin/sh', '-c', 'echo >&3; exec sleep 1000'])
  const helper = await shim.request([
    'helper',
    'net',
    argv,
    packList([traces.mark]),
    '',
    '/dev/null',
    3,
    '',
  ])
  assert.equal(helper.name, 'helper-ready')
  await perform([...enterOps(rootfs), ['pivot']])
  return init
}

describe('a program', () => {
  it(
    'has descriptors 0, 1 and 2 and no other',
    inBox({ stdio: ['pipe', 'pipe', 'pipe'] }, async (box) => {
      await holdMuch(box)
      await box.perform([['gate'], shell('ls /proc/self/fd')])
      assert.equal((await box.shim.request(['run'])).name, 'started')
      assert.equal(await within('the end of the shim', box.shim.ended), 0)
      assert.equal(box.shim.stdout().toString(), '0\n1\n2\n3\n', 'ls has the directory as 3')
    }),
  )

  it(
    'has no signal blocked or ignored',
    inBox({}, async (box) => {
      const { stdout } = await box.run({
        script: 'exec grep -E "Sig(Blk|Ign|Cgt)" /proc/self/status',
      })
      const none = '0'.repeat(16)
      assert.equal(stdout, `SigBlk:\t${none}\nSigIgn:\t${none}\nSigCgt:\t${none}\n`)
    }),
  )

  it(
    'never starts outside, whatever descriptor its directory names',
    inBox({ shim: { cwd: '/var' } }, async (box) => {
      const init = await holdMuch(box)
      const outcomes = new Set<number>()
      for (let fd = 0; fd < 32; fd++) {
        const [reply] = await box.shim.ops([['chdir', `/proc/self/fd/${fd}`]])
        outcomes.add(reply?.name === 'error' ? reply.errno : 0)
        const { ino, dev } = statSync(`/proc/${init}/cwd`)
        const root = statSync(box.rootfs)
        assert.deepEqual({ ino, dev }, { ino: root.ino, dev: root.dev }, `descriptor ${fd}`)
      }
      const { ENOENT, ENOTDIR, EXDEV } = constants.errno
      for (const outcome of outcomes) assert.ok([0, ENOENT, ENOTDIR, EXDEV].includes(outcome))
      box.shim.hangUp()
    }),
  )
})
