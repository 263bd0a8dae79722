// SPDX-License-Identifier: Apache-2.0
/** How `guard`, `command`, `console-socket`, `adopt` and `last` fail. */
import assert from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { createConnection } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { packList } from '../../native-shim/fields.ts'
import type { Request } from '../../native-shim/messages.ts'
import { type Box, inBox } from './box.ts'
import { command, consolePath, guard, hangUp, last, makeInit, output } from './external.ts'
import { sendFd } from './send-fd.ts'
import { within } from './within.ts'

interface Case {
  readonly name: string
  /** Before the request. */
  readonly before?: (box: Box) => Promise<void> | void
  readonly request: (box: Box) => Request
  /** Another one than the request's name. */
  readonly where?: string
  readonly errno: keyof typeof constants.errno
  readonly detail: string
}

const withGuard = async ({ shim }: Box) => void (await shim.request(guard()))

const listening = async (box: Box) => {
  await withGuard(box)
  assert.deepEqual(await box.shim.request(['console-socket', consolePath(box)]), { name: 'ok' })
}

const program = (directory: string, path: string): Request => {
  return ['command', directory, packList([path]), packList([]), 'null']
}

const connected = (path: string, words: string) =>
  new Promise<void>((resolve, reject) => {
    const socket = createConnection(path, () => socket.end(words, () => resolve()))
    socket.on('error', reject)
  })

const cases: readonly Case[] = [
  {
    name: 'command without a guard',
    request: (box) => command(box, 'true'),
    errno: 'ENOTCONN',
    detail: 'guard',
  },
  {
    name: 'command whose program is missing',
    before: withGuard,
    request: ({ directory }) => program(directory, '/missing/runtime'),
    errno: 'ENOENT',
    detail: '/missing/runtime',
  },
  {
    name: 'command whose program is none',
    before: withGuard,
    request: ({ directory }) => program(directory, '/etc/passwd'),
    errno: 'EACCES',
    detail: '/etc/passwd',
  },
  {
    name: 'command whose directory is missing',
    before: withGuard,
    request: () => program('/missing/directory', '/bin/true'),
    errno: 'ENOENT',
    detail: '/missing/directory',
  },
  {
    name: 'last without a guard',
    request: (box) => last(box, 'true'),
    errno: 'ENOTCONN',
    detail: 'guard',
  },
  {
    name: 'adopt without a guard',
    request: () => ['adopt', 2],
    errno: 'ENOTCONN',
    detail: 'guard',
  },
  {
    name: 'adopt of a process that is no child of the guard',
    before: withGuard,
    request: () => ['adopt', 1],
    errno: 'ECHILD',
    detail: '',
  },
  {
    name: 'adopt of a process that there is not',
    before: withGuard,
    request: () => ['adopt', 12345],
    errno: 'ECHILD',
    detail: '',
  },
  {
    name: 'run with nothing adopted',
    before: withGuard,
    request: () => ['run'],
    errno: 'ESRCH',
    detail: 'nothing was adopted',
  },
  {
    name: 'console-socket whose path is too long',
    before: withGuard,
    request: () => ['console-socket', `/${'x'.repeat(107)}`],
    errno: 'ENAMETOOLONG',
    detail: `/${'x'.repeat(107)}`,
  },
  {
    name: 'console-socket where there is something',
    before: withGuard,
    request: () => ['console-socket', '/etc/passwd'],
    errno: 'EADDRINUSE',
    detail: '/etc/passwd',
  },
  {
    name: 'adopt when nobody came to the console socket',
    before: listening,
    request: () => ['adopt', 2],
    where: 'console-socket',
    errno: 'EAGAIN',
    detail: 'no terminal came',
  },
  {
    name: 'adopt when words came to the console socket, and no descriptor',
    before: async (box) => {
      await listening(box)
      await connected(consolePath(box), 'words')
    },
    request: () => ['adopt', 2],
    where: 'console-socket',
    errno: 'ENOMSG',
    detail: 'no terminal came',
  },
  {
    name: 'adopt when a descriptor came to the console socket that is no terminal',
    before: async (box) => {
      await listening(box)
      const fd = openSync('/dev/null', 'r+')
      sendFd(consolePath(box), fd)
      closeSync(fd)
    },
    request: () => ['adopt', 2],
    where: 'console-socket',
    errno: 'ENOTTY',
    detail: 'no terminal came',
  },
]

describe('the failure of', () => {
  for (const { name, before, request, where, errno, detail } of cases)
    it(
      name,
      inBox({}, async (box) => {
        await before?.(box)
        const wrong = request(box)
        const reply = await box.shim.request(wrong)
        const fact = { where: where ?? wrong[0], index: -1, errno: constants.errno[errno], detail }
        assert.deepEqual(reply, { name: 'error', ...fact })
        await hangUp(box)
        assert.equal(box.shim.stderr(), '')
      }),
    )

  it(
    'a command is followed by others',
    inBox({}, async (box) => {
      await withGuard(box)
      await box.shim.request(program(box.directory, '/missing/runtime'))
      assert.equal(await output(box, 'echo more'), 'more')
      await hangUp(box)
    }),
  )

  it(
    'the last command, which is no program, is told and holds up nothing',
    inBox({}, async (box) => {
      await withGuard(box)
      await makeInit(box, 'exit 4')
      const [, directory, , env, timeoutMs, notice] = last(box, '')
      assert.ok(typeof directory === 'string' && env instanceof Uint8Array)
      const argv = packList([join(box.directory, 'missing')])
      await box.shim.request(['last', directory, argv, env, Number(timeoutMs), String(notice)])
      await output(box, 'touch start')
      await box.shim.request(['run'])
      assert.equal((await box.shim.next()).name, 'exit')
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.equal(
        box.shim.stderr(),
        `the last one failed: ${box.directory}/missing: No such file or directory\n`,
      )
    }),
  )

  it(
    'init or its guard, killed while the program runs, is told as for any other',
    inBox({}, async (box) => {
      await withGuard(box)
      const init = await makeInit(box, 'sleep 1000')
      await output(box, 'touch start')
      await box.shim.request(['run'])
      process.kill(init, 'SIGKILL')
      const exit = await box.shim.next()
      assert.equal(exit.name === 'exit' && exit.signal, 9)
      assert.equal(await within('the end of the shim', box.shim.ended), 137)
    }),
  )
})
