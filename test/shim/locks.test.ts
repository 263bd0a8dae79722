// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Request } from '../../native-shim/messages.ts'
import { until } from '../harness/until.ts'
import { type Box, inBox } from './box.ts'
import { greet, type Shim } from './shim.ts'
import { within } from './within.ts'

type Mode = 'exclusive' | 'shared'
type Wait = 'wait' | 'try'

const lockFile = ({ directory }: Box) => join(directory, 'lock')

const lock = (box: Box, mode: Mode, wait: Wait): Request => ['lock', lockFile(box), mode, wait]

/** @returns the handle */
async function take(box: Box, shim: Shim, mode: Mode = 'exclusive'): Promise<number> {
  const reply = await shim.request(lock(box, mode, 'wait'))
  if (reply.name !== 'locked') assert.fail(JSON.stringify(reply))
  return reply.handle
}

/** Sends a request that waits, and returns when the kernel shows it waiting; proc(5), locks. */
async function startWaiting(box: Box, shim: Shim, mode: Mode = 'exclusive'): Promise<void> {
  const { ino } = statSync(lockFile(box))
  shim.send(lock(box, mode, 'wait'))
  await until('somebody waits for the lock', () => waitsFor(ino))
}

async function another(box: Box): Promise<Shim> {
  const shim = box.spawn()
  await greet(shim)
  return shim
}

async function end(...shims: readonly Shim[]): Promise<void> {
  for (const shim of shims) shim.hangUp()
  for (const shim of shims) assert.equal(await within('the end of a shim', shim.ended), 125)
}

describe('a lock', () => {
  it(
    'makes its file for the owner alone, with the pid of the holder',
    inBox({}, async (box) => {
      await take(box, box.shim)
      assert.equal(statSync(lockFile(box)).mode & 0o777, 0o600)
      assert.equal(readFileSync(lockFile(box), 'utf8'), `${box.shim.pid}\n`)
      await end(box.shim)
    }),
  )

  const pairs: readonly { held: Mode; asked: Mode; free: boolean }[] = [
    { held: 'exclusive', asked: 'exclusive', free: false },
    { held: 'exclusive', asked: 'shared', free: false },
    { held: 'shared', asked: 'shared', free: true },
  ]
  for (const { held, asked, free } of pairs)
    it(
      `held ${held} is ${free ? 'free for' : 'busy for'} ${asked}`,
      inBox({}, async (box) => {
        const other = await another(box)
        await take(box, box.shim, held)
        const reply = await other.request(lock(box, asked, 'try'))
        if (free) assert.equal(reply.name, 'locked')
        else assert.deepEqual(reply, { name: 'busy', holder: box.shim.pid })
        await end(other, box.shim)
      }),
    )

  it(
    'held shared names nobody, not even who had it before',
    inBox({}, async (box) => {
      const other = await another(box)
      const handle = await take(box, other)
      assert.deepEqual(await other.request(['unlock', handle]), { name: 'ok' })
      await take(box, box.shim, 'shared')
      const reply = await other.request(lock(box, 'exclusive', 'try'))
      assert.deepEqual(reply, { name: 'busy', holder: 0 })
      await end(other, box.shim)
    }),
  )

  it(
    'goes to who waits when it is unlocked',
    inBox({}, async (box) => {
      const other = await another(box)
      const handle = await take(box, box.shim)
      await startWaiting(box, other)
      assert.deepEqual(await box.shim.request(['unlock', handle]), { name: 'ok' })
      assert.equal((await other.next()).name, 'locked')
      assert.equal((await box.shim.request(lock(box, 'shared', 'try'))).name, 'busy')
      await end(other, box.shim)
    }),
  )

  it(
    'goes to who waits when the holder is killed',
    inBox({}, async (box) => {
      const other = await another(box)
      await take(box, box.shim)
      await startWaiting(box, other, 'shared')
      box.shim.process.kill('SIGKILL')
      assert.equal((await other.next()).name, 'locked')
      await end(other)
    }),
  )

  it(
    'whose file was removed and made again meanwhile is waited for anew',
    inBox({}, async (box) => {
      const [waiter, thief] = [await another(box), await another(box)]
      const handle = await take(box, box.shim)
      await startWaiting(box, waiter)
      rmSync(lockFile(box))
      await take(box, thief)
      const again = until('the second wait', () => waitsFor(statSync(lockFile(box)).ino))
      assert.deepEqual(await box.shim.request(['unlock', handle]), { name: 'ok' })
      await again
      await end(thief)
      assert.equal((await waiter.next()).name, 'locked')
      await end(waiter, box.shim)
    }),
  )

  it(
    'is held by the container until it is gone',
    inBox({}, async (box) => {
      const other = await another(box)
      await take(box, box.shim)
      await box.start()
      await startWaiting(box, other)
      box.shim.process.kill('SIGKILL')
      assert.equal((await other.next()).name, 'locked')
      await end(other)
    }),
  )

  it(
    'that is waited for keeps nobody from hanging up',
    inBox({}, async (box) => {
      const other = await another(box)
      await take(box, box.shim)
      await startWaiting(box, other)
      await end(other)
      await end(box.shim)
    }),
  )

  it(
    'that is waited for keeps nobody from being ended by a signal',
    inBox({}, async (box) => {
      const other = await another(box)
      await take(box, box.shim)
      await startWaiting(box, other)
      other.process.kill('SIGTERM')
      assert.equal(await within('the end of who waits', other.ended), 'SIGTERM')
      await end(box.shim)
    }),
  )

  it(
    'is one of 512 at most',
    inBox({}, async (box) => {
      const ask = (index: number) =>
        box.shim.request(['lock', join(box.directory, `lock${index}`), 'shared', 'try'])
      for (let index = 0; index < 512; index++) assert.equal((await ask(index)).name, 'locked')
      const last = await ask(512)
      assert.equal(last.name === 'error' && last.errno, constants.errno.ENOLCK)
      await end(box.shim)
    }),
  )

  const { ELOOP, EISDIR, ENOTDIR, ENOENT } = constants.errno
  const bad = [
    { name: 'a link', file: 'rootfs/bin/sh', errno: ELOOP },
    { name: 'a directory', file: 'rootfs/etc', errno: EISDIR },
    { name: 'below a file', file: 'rootfs/etc/marker/lock', errno: ENOTDIR },
    { name: 'in no directory', file: 'missing/lock', errno: ENOENT },
  ]
  for (const { name, file, errno } of bad)
    it(
      `that is ${name} is an error`,
      inBox({}, async ({ shim, directory }) => {
        const path = join(directory, file)
        const reply = await shim.request(['lock', path, 'exclusive', 'wait'])
        assert.deepEqual(reply, { name: 'error', where: 'lock', index: -1, errno, detail: path })
        await end(shim)
      }),
    )
})

const waitsFor = (ino: number) =>
  new RegExp(`-> FLOCK .*:${ino} `).test(readFileSync('/proc/locks', 'utf8'))
