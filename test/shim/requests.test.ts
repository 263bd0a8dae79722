// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CLONE } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Reply, Request, StdioMode } from '../../native-shim/messages.ts'
import { PROTOCOL } from '../../native-shim/ops.ts'
import { type Box, inBox, kinds, startRequest } from './box.ts'
import { MS_BIND } from './effects-mount.ts'
import { guardOf } from './remains.ts'
import { within } from './within.ts'

const { errno } = constants

const failure = (where: string, code: keyof typeof errno, detail: string): Reply => ({
  name: 'error',
  where,
  index: -1,
  errno: errno[code],
  detail,
})

/** The shim ends when we do, and says nothing. */
async function hangUp({ shim }: Box): Promise<void> {
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
  assert.equal(shim.stderr(), '')
}

const mountinfo = ({ shim }: Box) => readFileSync(`/proc/${shim.pid}/mountinfo`, 'utf8')

describe('a request', () => {
  it(
    'hello tells its own protocol to everybody',
    inBox({}, async (box) => {
      const reply = await box.shim.request(['hello', 'tsbuild-shim/999'])
      assert.deepEqual(reply, { name: 'hello', protocol: PROTOCOL })
      await hangUp(box)
    }),
  )

  it(
    'mount mounts for the shim alone, from any directory, and unmount takes it off',
    inBox({}, async (box) => {
      const { shim, directory } = box
      const target = join(directory, 'target')
      mkdirSync(target)
      const cwd = readlinkSync(`/proc/${shim.pid}/cwd`)
      const request: Request = ['mount', directory, 'rootfs', 'target', 'none', MS_BIND, '']
      assert.deepEqual(await shim.request(request), { name: 'ok' })
      assert.ok(mountinfo(box).includes(` ${target} `))
      assert.ok(!existsSync(join(target, 'etc')), 'we do not see it')
      assert.equal(readlinkSync(`/proc/${shim.pid}/cwd`), cwd)
      assert.deepEqual(await shim.request(['unmount', target]), { name: 'ok' })
      assert.ok(!mountinfo(box).includes(` ${target} `))
      await hangUp(box)
    }),
  )

  const refused: readonly { name: string; request: Request; reply: Reply }[] = [
    {
      name: 'mount in a directory that does not exist',
      request: ['mount', '/missing', 'a', '/tmp', 'tmpfs', 0, ''],
      reply: failure('mount', 'ENOENT', '/missing'),
    },
    {
      name: 'mount of an unknown type',
      request: ['mount', '/', 'a', '/tmp', 'nosuchfs', 0, ''],
      reply: failure('mount', 'ENODEV', '/tmp'),
    },
    {
      name: 'unmount of what is no mount',
      request: ['unmount', '/bin/sh'],
      reply: failure('unmount', 'EINVAL', '/bin/sh'),
    },
    {
      name: 'unmount of nothing',
      request: ['unmount', '/missing'],
      reply: failure('unmount', 'ENOENT', '/missing'),
    },
    {
      name: 'unlock of what is not locked',
      request: ['unlock', 0],
      reply: failure('unlock', 'EBADF', '0'),
    },
    { name: 'run before start', request: ['run'], reply: failure('run', 'ENOTCONN', 'init') },
    {
      name: 'helper before start',
      request: [
        'helper',
        'net',
        packList(['/bin/true']),
        packList([]),
        '',
        '/dev/null',
        3,
        'ended',
      ],
      reply: failure('helper', 'ENOTCONN', 'net'),
    },
  ]
  for (const { name, request, reply } of refused)
    it(
      `${name} is refused, and the shim goes on`,
      inBox({}, async (box) => {
        assert.deepEqual(await box.shim.request(request), reply)
        assert.equal((await box.shim.request(['hello', PROTOCOL])).name, 'hello')
        await hangUp(box)
      }),
    )

  it(
    'ops before start are refused',
    inBox({}, async (box) => {
      assert.deepEqual(await box.shim.ops([['session']]), [failure('ops', 'ENOTCONN', 'init')])
      await hangUp(box)
    }),
  )

  for (const [name, argv, status, stderr] of [
    ['becomes the program', ['/bin/sh', '-c', 'echo $0 $WORD; exit 7', 'zero'], 7, ''],
    ['of nothing', ['/missing'], 127, '/missing: No such file or directory\n'],
    ['of a directory', ['/etc'], 126, '/etc: Permission denied\n'],
  ] as const)
    it(
      `exec ${name}`,
      inBox({}, async ({ shim }) => {
        const list = argv[0] === '/bin/sh' ? ['sh', ...argv.slice(1)] : argv
        const request: Request = ['exec', argv[0], packList(list), packList(['WORD=word'])]
        assert.deepEqual(await shim.request(request), { name: 'ok' })
        assert.equal(await within('the end of the program', shim.ended), status)
        assert.equal(shim.stdout().toString(), status === 7 ? 'zero word\n' : '')
        assert.equal(shim.stderr(), stderr)
      }),
    )
})

describe('start', () => {
  for (const kind of kinds)
    it(
      `answers with the pid of init, child of the guard, child of the shim [${kind}]`,
      inBox({ kind }, async (box) => {
        const init = await box.start()
        assert.equal(guardOf(guardOf(init)), box.shim.pid)
        const map = readFileSync(`/proc/${init}/uid_map`, 'utf8').trim().split(/\s+/)
        const wanted = String(startRequest({ kind })[2]).trim().split(' ')
        if (kind === 'nested') assert.deepEqual([map[0], map[2]], [wanted[0], wanted[2]])
        await hangUp(box)
      }),
    )

  /** What the program has as descriptor `fd`: a link of /proc/PID/fd. */
  const modes: Readonly<Record<StdioMode, (link: string, ours: string) => boolean>> = {
    null: (link) => link === '/dev/null',
    inherit: (link, ours) => link === ours,
    pipe: (link, ours) => link.startsWith('pipe:') && link !== ours,
  }
  for (const [mode, fits] of Object.entries(modes))
    for (const fd of [0, 1, 2])
      it(
        `gives the program ${mode} as descriptor ${fd}`,
        inBox(
          { stdio: stdioWith(fd, mode as StdioMode), shim: { stdio: ['pipe', 'pipe', 'pipe'] } },
          async (box) => {
            const ours = readlinkSync(`/proc/${box.shim.pid}/fd/${fd}`)
            const init = await box.start()
            await box.perform([['session']]) // from here on it stands where a program will
            const link = readlinkSync(`/proc/${init}/fd/${fd}`)
            assert.ok(fits(link, ours), link)
            await hangUp(box)
          },
        ),
      )

  const broken: readonly { name: string; change: [number, string | number]; reply: Reply }[] = [
    {
      name: 'flags that clone(2) refuses',
      change: [1, CLONE.user | CLONE.pid | 0x200],
      reply: failure('clone', 'EINVAL', 'ended during set-up'),
    },
    {
      name: 'a gid map that the kernel refuses',
      change: [3, '0 0 0\n'],
      reply: failure('map-ids', 'EINVAL', 'gid_map'),
    },
    {
      name: 'a uid map that the kernel refuses',
      change: [2, 'nonsense'],
      reply: failure('map-ids', 'EINVAL', 'uid_map'),
    },
  ]
  for (const {
    name,
    change: [index, value],
    reply,
  } of broken)
    it(
      `with ${name} fails once, and nothing is left`,
      inBox({}, async (box) => {
        const fields: (string | number | bigint | Uint8Array)[] = [
          ...startRequest({ kind: 'nested' }),
        ]
        fields[index] = value
        box.shim.send(fields)
        assert.deepEqual(await box.shim.next(), reply)
        box.shim.hangUp()
        assert.equal(await within('the end of the shim', box.shim.ended), 125)
        assert.equal(box.shim.stderr(), '')
      }),
    )

  it(
    'twice is against the protocol',
    inBox({}, async (box) => {
      await box.start()
      box.shim.send(startRequest({}))
      assert.equal(await within('the end of the shim', box.shim.ended), 125)
      assert.equal(box.shim.stderr(), 'tsbuild-shim: protocol error: a second start\n')
    }),
  )
})

function stdioWith(fd: number, mode: StdioMode): readonly [StdioMode, StdioMode, StdioMode] {
  const other = mode === 'null' ? 'inherit' : 'null'
  return [fd === 0 ? mode : other, fd === 1 ? mode : other, fd === 2 ? mode : other]
}
