// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { encodeFields, type Field, packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import { type Box, enterOps, inBox, startRequest } from './box.ts'
import { treeOf } from './rootfs.ts'
import { framed } from './shim.ts'
import { within } from './within.ts'

const line = (words: string) => `tsbuild-shim: protocol error: ${words}\n`

/** The process ends with one line, and nothing of it is left. */
async function isBroken({ shim, rootfs }: Box, words: string, tree: readonly string[]) {
  await assert.rejects(shim.next(), /^Error: the shim hung up/, 'it was taken')
  assert.equal(await within('the end of the shim', shim.ended), 125)
  assert.equal(shim.stderr(), line(words))
  assert.deepEqual(treeOf(rootfs), tree)
}

/** Init ends with one line; the shim says so once, and ends when we do. */
async function endsInit({ shim, rootfs }: Box, words: string, tree: readonly string[]) {
  const { ESRCH: errno } = constants.errno
  const detail = 'ended during set-up'
  const reply = await shim.next()
  assert.deepEqual(reply, { name: 'error', where: 'init', index: -1, errno, detail })
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
  assert.equal(shim.stderr(), line(words))
  assert.deepEqual(treeOf(rootfs), tree)
}

const changed = (index: number, value: Field): readonly Field[] =>
  [...startRequest({})].map((field, at) => (at === index ? value : field))

/** A field with that length, whatever it holds. */
function field(length: number, bytes: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(length)
  return Buffer.concat([head, Buffer.from(bytes)])
}

const request = (...fields: readonly Field[]) => framed(encodeFields(fields))

/** Without the checks of encodeFields. */
const bytes = (text: string) => Buffer.from(text)

const messages: readonly { name: string; sent: Buffer; words: string }[] = [
  { name: 'nothing', sent: framed(Buffer.alloc(0)), words: 'empty request' },
  { name: 'a field cut short', sent: framed(field(9, 'hello\0')), words: 'empty request' },
  { name: 'a field without its end', sent: framed(field(3, 'run!')), words: 'empty request' },
  { name: 'a field of 4 GiB', sent: framed(field(0xffffffff, 'run\0')), words: 'empty request' },
  { name: 'half a length', sent: framed(Buffer.from([3, 0])), words: 'empty request' },
  { name: 'an unknown name', sent: request('frobnicate'), words: 'unknown request' },
  { name: 'an empty name', sent: request(''), words: 'unknown request' },
  {
    name: 'a name with more behind its end',
    sent: request(bytes('run\0x')),
    words: 'unknown request',
  },
  {
    name: 'too few fields',
    sent: request('lock', '/tmp/x'),
    words: 'request with a wrong number of fields',
  },
  {
    name: 'too many fields',
    sent: request('run', 'fast'),
    words: 'request with a wrong number of fields',
  },
  {
    name: 'more fields than any message has',
    sent: request('run', ...Array.from({ length: 20 }, () => '')),
    words: 'request with a wrong number of fields',
  },
  {
    name: 'rubbish behind the last field',
    sent: framed(Buffer.concat([encodeFields(['run']), Buffer.from('abc')])),
    words: 'request with a wrong number of fields',
  },
  { name: 'a word for a number', sent: request('unlock', 'first'), words: 'not a number' },
  { name: 'nothing for a number', sent: request('unlock', ''), words: 'not a number' },
  { name: 'a number too large', sent: request('unlock', 2n ** 64n), words: 'not a number' },
  {
    name: 'a number with more behind its end',
    sent: request('unlock', bytes('0\0x')),
    words: 'NUL in a text',
  },
  { name: 'flags that are no number', sent: request(...changed(1, 'pid')), words: 'not a number' },
  {
    name: 'an unknown stdio mode',
    sent: request(...changed(6, 'pty')),
    words: 'unknown stdio mode',
  },
  {
    name: 'neither allow nor deny',
    sent: request(...changed(4, 'maybe')),
    words: 'unknown setgroups',
  },
  {
    name: 'an unknown lock mode',
    sent: request('lock', '/missing/lock', 'upgrade', 'try'),
    words: 'unknown lock mode',
  },
  {
    name: 'an unknown way to wait',
    sent: request('lock', '/missing/lock', 'shared', 'poll'),
    words: 'unknown lock mode',
  },
  {
    name: 'a path with a NUL',
    sent: request('unmount', bytes('/missing\0/x')),
    words: 'NUL in a text',
  },
  {
    name: 'a list without its last end',
    sent: request('exec', '/bin/true', bytes('true'), packList([])),
    words: 'list without its end',
  },
]

describe('a malformed message', () => {
  for (const { name, sent, words } of messages)
    it(
      `with ${name} ends the shim`,
      inBox({}, async (box) => {
        box.shim.sendBytes(sent)
        await isBroken(box, words, treeOf(box.rootfs))
      }),
    )

  it(
    'that is said to have 65 MiB ends the shim before it comes',
    inBox({}, async (box) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(65 << 20)
      box.shim.sendBytes(length)
      await isBroken(box, 'message too long', treeOf(box.rootfs))
    }),
  )

  for (const [name, sent] of [
    ['its length', Buffer.from([9, 0])],
    ['its body', request('lock', '/missing/lock', 'shared', 'try').subarray(0, 20)],
  ] as const)
    it(
      `that is cut short in ${name} is a hang-up`,
      inBox({}, async ({ shim }) => {
        shim.sendBytes(sent)
        shim.process.stdio[3]?.destroy()
        assert.equal(await within('the end of the shim', shim.ended), 125)
        assert.equal(shim.stderr(), '')
      }),
    )
})

const made: Op = ['mkdir', '/data', 0o755]

const lists: readonly { name: string; sent: readonly Field[]; words: string }[] = [
  { name: 'an unknown op', sent: ['frobnicate'], words: 'unknown op' },
  { name: 'an op of an empty name', sent: [''], words: 'unknown op' },
  { name: 'an op with more behind its end', sent: [bytes('session\0x')], words: 'unknown op' },
  { name: 'too few arguments', sent: [...made, 'setid', 0], words: 'op with too few arguments' },
  { name: 'an argument too much', sent: [...made, 'and', ...made], words: 'unknown op' },
  { name: 'a word for a number', sent: ['umask', 'none'], words: 'not a number' },
  { name: 'a word for a limit', sent: ['rlimit', 7, 'many', 'more'], words: 'not a number' },
  { name: 'a word for a group', sent: ['groups', packList(['users'])], words: 'not a number' },
  { name: 'a path with a NUL', sent: ['mkdir', bytes('/data\0/x'), 0o755], words: 'NUL in a text' },
  {
    name: 'a list without its last end',
    sent: ['groups', bytes('1\x002')],
    words: 'list without its end',
  },
]

describe('a malformed op list', () => {
  for (const { name, sent, words } of lists)
    it(
      `with ${name} ends init`,
      inBox({}, async (box) => {
        await box.start()
        await box.perform(enterOps(box.rootfs))
        const tree = treeOf(box.rootfs)
        box.shim.send(['ops', ...sent])
        await endsInit(box, words, tree)
      }),
    )

  it(
    'with a field cut short ends init',
    inBox({}, async (box) => {
      await box.start()
      box.shim.sendBytes(
        framed(Buffer.concat([encodeFields(['ops', 'session']), field(99, 'a\0')])),
      )
      await endsInit(box, 'malformed op list', treeOf(box.rootfs))
    }),
  )

  it(
    'is whatever comes to the gate',
    inBox({}, async (box) => {
      await box.start()
      await box.perform([['gate']])
      box.shim.send(['ops', 'session'])
      await endsInit(box, 'expected run at the gate', treeOf(box.rootfs))
    }),
  )
})
