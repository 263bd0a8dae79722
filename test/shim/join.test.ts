// SPDX-License-Identifier: Apache-2.0
/** Namespaces that exist: a container is started in them. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CLONE } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Request } from '../../native-shim/messages.ts'
import { namespaceOf } from '../harness/processes.ts'
import { asRoot, type Box, inBox, startRequest } from './box.ts'
import { trace } from './remains.ts'
import { greet, type Shim } from './shim.ts'
import { within } from './within.ts'

const { errno } = constants

interface JoinWish {
  readonly flag: number
  readonly path: string
}

/** A `start` of `kind` flat; a pid namespace that is joined is not made. */
function joining(...wishes: readonly JoinWish[]): Request {
  const [name, flags, ...rest] = startRequest({}) as Extract<
    Request,
    readonly ['start', ...unknown[]]
  >
  const pid = wishes.some(({ flag }) => flag === CLONE.pid) ? CLONE.pid : 0
  const joins = packList(wishes.flatMap(({ flag, path }) => [`${flag}`, path]))
  const [uid, gid, setgroups, stdin, stdout, stderr, notice, guard] = rest
  const modes = [stdin, stdout, stderr] as const
  return [name, flags & ~pid, uid, gid, setgroups, ...modes, notice, guard & ~pid, joins]
}

async function initOf({ traces }: Box, shim: Shim, request: Request): Promise<number> {
  const reply = await shim.request(request)
  if (reply.name !== 'pid') return assert.fail(JSON.stringify(reply))
  trace(traces, reply.pid)
  return reply.pid
}

/** Init of a first container that has all of its own. */
async function firstOf(box: Box): Promise<number> {
  const init = await box.start()
  await box.perform([['unshare', CLONE.network | CLONE.ipc | CLONE.uts | CLONE.cgroup]])
  return init
}

const kinds = [
  { type: 'net', flag: CLONE.network },
  { type: 'ipc', flag: CLONE.ipc },
  { type: 'uts', flag: CLONE.uts },
  { type: 'cgroup', flag: CLONE.cgroup },
  { type: 'pid', flag: CLONE.pid },
] as const

async function hangUp(...shims: readonly Shim[]): Promise<void> {
  for (const shim of shims) {
    shim.hangUp()
    assert.equal(await within('the end of the shim', shim.ended), 125)
    assert.equal(shim.stderr(), '')
  }
}

/** A shim in the namespaces of the first one, as a second command in `tsbuild unshare` is. */
const beside = (box: Box): Shim =>
  box.spawn({
    wrap: (argv) => [
      ...['nsenter', `--target=${box.shim.pid}`, '--mount', ...(asRoot ? [] : ['--user'])],
      ...['--preserve-credentials', '--', argv.at(-1) ?? ''],
    ],
  })

describe('a namespace that exists', () => {
  for (const { type, flag } of kinds)
    it(
      `${type} is joined, and its own is none`,
      inBox({}, async (box) => {
        const first = await firstOf(box)
        const second = beside(box)
        await greet(second)
        const wish = { flag, path: `/proc/${first}/ns/${type}` }
        const init = await initOf(box, second, joining(wish))
        assert.equal(namespaceOf(init, type), namespaceOf(first, type))
        await hangUp(second, box.shim)
      }),
    )

  it(
    'is joined, the user namespace last, and init is root there',
    inBox({ kind: 'nested' }, async (box) => {
      const first = await firstOf(box)
      const second = beside(box)
      await greet(second)
      const joins = [
        { flag: CLONE.user, path: `/proc/${first}/ns/user` },
        { flag: CLONE.network, path: `/proc/${first}/ns/net` },
      ]
      const init = await initOf(box, second, joining(...joins))
      for (const type of ['user', 'net']) {
        assert.equal(namespaceOf(init, type), namespaceOf(first, type))
      }
      assert.deepEqual(await second.ops([['unshare', CLONE.ipc]]), [{ name: 'done' }])
      await hangUp(second, box.shim)
    }),
  )

  it(
    'that we are in needs no joining',
    inBox({}, async (box) => {
      const init = await initOf(
        box,
        box.shim,
        joining({ flag: CLONE.ipc, path: '/proc/self/ns/ipc' }),
      )
      assert.equal(namespaceOf(init, 'ipc'), namespaceOf('self', 'ipc'))
      await hangUp(box.shim)
    }),
  )

  const directory = mkdtempSync(join(tmpdir(), 'tsbuild-join-'))
  process.once('exit', () => rmSync(directory, { recursive: true }))
  const refused = [
    { name: 'that is not there', path: join(directory, 'none'), code: 'ENOENT' },
    { name: 'of another type', path: '/proc/self/ns/net', code: 'EINVAL' },
    { name: 'that is a file', path: '/etc/passwd', code: 'EINVAL' },
  ] as const
  for (const { name, path, code } of refused)
    it(
      `${name} is refused before anything starts`,
      inBox({}, async (box) => {
        const reply = await box.shim.request(joining({ flag: CLONE.ipc, path }))
        const failed = { name: 'error', where: 'join', index: -1, errno: errno[code] }
        assert.deepEqual(reply, { ...failed, detail: path })
        await hangUp(box.shim)
      }),
    )
})
