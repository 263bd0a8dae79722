// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { MOUNT_ATTR } from '../../core/runtime/kernel.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import type { Effect } from './effect.ts'

/** With all that an option of a mount could be taken for. */
const name = 'a,b:c\\d=e'

/** A directory of the host, and two for an overlay above it. */
export function folders({ directory }: Box): void {
  for (const one of [name, 'upper', 'work']) mkdirSync(join(directory, one))
  writeFileSync(join(directory, name, 'file'), 'of the host\n')
}

const overlay =
  (target: string, { attributes = 0 } = {}) =>
  ({ directory }: Box): readonly Op[] => {
    const [lower = '', upper = '', work = ''] = [name, 'upper', 'work'].map((one) =>
      join(directory, one),
    )
    return [['overlay', target, lower, upper, work, attributes, 'userxattr']]
  }

const written = ({ directory }: Box): string[] =>
  readFileSync(join(directory, 'made'), 'latin1').split('\0')

const intoFile =
  (...ops: readonly Op[]) =>
  ({ directory }: Box): readonly Op[] => [['mount-points', join(directory, 'made')], ...ops]

const tmpfs = (target: string): Op => ['mount', target, 'tmpfs', 'tmpfs', 0, '']

/** A time that nothing has by chance, with a fraction that a float still holds. */
const setTime = ({ rootfs }: Box) => utimesSync(join(rootfs, 'data'), 1000.5, 1000.5)

const keptTime = (_: unknown, box: Box) => {
  assert.equal(lstatSync(join(box.rootfs, 'data')).mtimeMs, 1_000_500)
  const [first, time, settled, second] = written(box)
  assert.deepEqual(
    [first, time, settled, second],
    ['/data/new', '1000.500000000', '', '/data/new/deep'],
  )
}

const treeToOwn = ({ directory }: Box) => {
  const tree = join(directory, 'tree')
  mkdirSync(join(tree, 'below'), { recursive: true })
  writeFileSync(join(tree, 'below/file'), '')
  writeFileSync(join(directory, 'victim'), '')
  symlinkSync('../victim', join(tree, 'link'))
  symlinkSync('..', join(tree, 'up'))
}

const ownedTree = (_: unknown, { directory }: Box) => {
  const uid = (path: string) => lstatSync(join(directory, path)).uid
  const inside = ['tree', 'tree/below', 'tree/below/file', 'tree/link', 'tree/up']
  assert.deepEqual(inside.map(uid), [7, 7, 7, 7, 7])
  assert.deepEqual([uid('victim'), uid('.')], [0, 0])
}

export const volumeEffects = {
  'mount-points': [
    {
      name: 'notes what is made to be mounted on, and what it is in keeps its time',
      before: setTime,
      early: intoFile(tmpfs('/data/new/deep')),
      script: 'ls /data',
      want: 'new',
      check: keptTime,
    },
    {
      name: 'notes files, by the path that a link leads to',
      before: ({ rootfs }) => symlinkSync('/run/there', join(rootfs, 'link')),
      early: (box) =>
        intoFile(['bind', join(box.rootfs, 'etc/marker'), '/link', 0, 0, 0, 0, 0])(box),
      script: 'cat /run/there',
      want: 'inside',
      check: (_, box) => assert.ok(written(box).includes('/run/there')),
    },
    {
      name: 'notes nothing that is there, stays, or lies in another mount',
      early: intoFile(tmpfs('/data'), tmpfs('/data/in'), ['mkdir', '/stays', 0o755]),
      script: 'ls -d /data/in /stays',
      want: '/data/in\n/stays',
      check: (_, { directory }) => assert.ok(!existsSync(join(directory, 'made'))),
    },
    {
      name: 'without a file notes nothing',
      early: (box) => [...intoFile()(box), ['mount-points', ''], tmpfs('/new')],
      script: 'ls -d /new',
      want: '/new',
      check: (_, { directory }) => assert.ok(!existsSync(join(directory, 'made'))),
    },
  ],
  overlay: [
    {
      name: 'shows one directory and writes to another, whatever they are called',
      before: folders,
      early: overlay('/data'),
      script: 'cat /data/file; echo new >/data/file; cat /data/file',
      want: 'of the host\nnew',
      check: (_, { directory }) => {
        assert.equal(readFileSync(join(directory, name, 'file'), 'utf8'), 'of the host\n')
        assert.equal(readFileSync(join(directory, 'upper/file'), 'utf8'), 'new\n')
      },
    },
    {
      name: 'has attributes, and makes its place',
      before: folders,
      early: overlay('/new/place', { attributes: MOUNT_ATTR.rdonly }),
      script: 'echo 2>&1 >/new/place/file; cat /new/place/file',
      want: /Read-only file system\nof the host$/,
    },
  ],
  'tmpfs-copy': [
    {
      name: 'has what was there, with modes, times and links',
      before: ({ rootfs }) => {
        mkdirSync(join(rootfs, 'data/sub'), { mode: 0o711 })
        writeFileSync(join(rootfs, 'data/sub/file'), 'copied\n', { mode: 0o640 })
        symlinkSync('sub/file', join(rootfs, 'data/link'))
        utimesSync(join(rootfs, 'data/sub/file'), 1000, 1000)
      },
      late: [['tmpfs-copy', '/data', 'tmpfs', MOUNT_ATTR.nodev, '', 1]],
      script: 'cat /data/link; stat -c "%a %Y" /data/sub/file; stat -c %a /data/sub /data',
      want: 'copied\n640 1000\n711\n755',
      check: (_, { rootfs }) => assert.ok(existsSync(join(rootfs, 'data/sub/file'))),
    },
    {
      name: 'keeps the mode that its options say, and may be read-only',
      before: ({ rootfs }) => writeFileSync(join(rootfs, 'data/file'), 'copied\n'),
      late: [['tmpfs-copy', '/data', 'tmpfs', MOUNT_ATTR.rdonly, 'mode=0700', 0]],
      script: 'stat -c %a /data; cat /data/file; echo 2>&1 >/data/new; true',
      want: /^700\ncopied\n.*Read-only file system$/,
    },
    {
      name: 'is empty where nothing was',
      late: [['tmpfs-copy', '/new', 'tmpfs', 0, 'size=65536', 1]],
      script: 'ls -A /new; stat -c %a /new',
      want: '755',
    },
  ],
  'own-tree': [
    {
      name: 'gives a directory with all in it away, and follows no link',
      root: true,
      before: treeToOwn,
      early: ({ directory }) => [['own-tree', join(directory, 'tree'), 7, 8]],
      script: 'true',
      want: '',
      check: ownedTree,
    },
    {
      name: 'gives a single file away',
      root: true,
      before: treeToOwn,
      early: ({ directory }) => [['own-tree', join(directory, 'victim'), 7, 8]],
      script: 'true',
      want: '',
      check: (_, { directory }) => assert.equal(lstatSync(join(directory, 'victim')).gid, 8),
    },
  ],
} satisfies Readonly<Record<string, readonly Effect[]>>
