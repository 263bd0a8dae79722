// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { symlinkSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Op } from '../../native-shim/ops.ts'
import { type Box, enterOps, inBox } from './box.ts'
import { S_IFCHR, S_IFIFO } from './effects-files.ts'

const MIB = 1 << 20

interface Case {
  readonly name: string
  readonly path: string
  readonly make?: (path: string, box: Box) => void
  readonly ops?: readonly Op[]
  /** The content, or why there is none. */
  readonly want: Buffer | keyof typeof constants.errno
}

const filled = (size: number) => Buffer.alloc(size, 'line of a file\n')

const write = (content: Buffer) => (path: string) => writeFileSync(path, content)

const cases: readonly Case[] = [
  { name: 'an empty file', path: '/file', make: write(filled(0)), want: filled(0) },
  {
    name: 'binary bytes',
    path: '/file',
    make: write(Buffer.from([0, 255, 0, 10])),
    want: Buffer.from([0, 255, 0, 10]),
  },
  { name: 'a file of the limit', path: '/file', make: write(filled(MIB)), want: filled(MIB) },
  { name: 'a file one byte longer', path: '/file', make: write(filled(MIB + 1)), want: 'EFBIG' },
  { name: 'a file much longer', path: '/file', make: write(filled(8 * MIB)), want: 'EFBIG' },
  {
    name: 'a file that nobody but root may read',
    path: '/file',
    make: (path) => writeFileSync(path, 'x', { mode: 0o000 }),
    want: Buffer.from('x'),
  },
  {
    name: 'a link inside',
    path: '/file',
    make: (path) => symlinkSync('/etc/marker', path),
    want: Buffer.from('inside\n'),
  },
  { name: 'a missing file', path: '/missing', want: 'ENOENT' },
  { name: 'a file below a file', path: '/etc/marker/below', want: 'ENOTDIR' },
  { name: 'a directory', path: '/etc', want: 'EINVAL' },
  {
    name: 'a fifo, without waiting for its writer',
    path: '/data/fifo',
    ops: [['mknod', '/data/fifo', S_IFIFO, 0o666, 0, 0, 0, 0]],
    want: 'EINVAL',
  },
  {
    name: 'a device',
    path: '/dev/zero',
    ops: [['bind-device', '/dev/zero', '/dev/zero', S_IFCHR, 1, 5]],
    want: 'EINVAL',
  },
  {
    name: 'a loop of links',
    path: '/file',
    make: (path) => symlinkSync('file', path),
    want: 'ELOOP',
  },
  { name: 'a magic link', path: '/proc/self/exe', want: 'ELOOP' },
  {
    name: 'a file of /proc, which says that it is empty',
    path: '/proc/filesystems',
    want: Buffer.from(''),
  },
]

describe('read-file of', () => {
  for (const { name, path, make, ops = [], want } of cases)
    it(
      name,
      inBox({}, async (box) => {
        make?.(join(box.rootfs, path), box)
        await box.start()
        await box.perform([...enterOps(box.rootfs), ...ops])
        const [file] = await box.perform([['read-file', path, MIB]])
        if (file?.name !== 'file') assert.fail(JSON.stringify(file))
        assert.equal(file.path, path)
        assert.equal(file.errno, typeof want === 'string' ? constants.errno[want] : 0)
        if (path.startsWith('/proc') && file.errno === 0)
          assert.match(file.content.toString(), /proc/)
        else assert.ok(file.content.equals(typeof want === 'string' ? Buffer.alloc(0) : want))
        box.shim.hangUp()
      }),
    )
})
