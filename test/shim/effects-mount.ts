// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MOUNT_ATTR, MS } from '../../core/runtime/kernel.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Box } from './box.ts'
import type { Effect } from './effect.ts'

/** mount(2): the only flag that these tests give it. */
export const MS_BIND = 4096

const tmpfs = (target: string, options = ''): Op => ['mount', target, 'tmpfs', 'tmpfs', 0, options]

/** Options of the mount and of its file system, from /proc/self/mountinfo. */
const mountOptions = (target: string) =>
  `sed -n 's|.* ${target} \\([^ ]*\\) .* |\\1 |p' /proc/self/mountinfo | tail -n 1`

/** A folder of the host with a file, and in it, as the monitor sees it, a mount with another. */
export async function share({ directory, shim }: Box): Promise<void> {
  const target = join(directory, 'share/below')
  mkdirSync(target, { recursive: true })
  writeFileSync(join(directory, 'share/file'), 'of the host\n')
  const request = ['mount', '/', 'tmpfs', target, 'tmpfs', 0, 'mode=0755,size=4096'] as const
  assert.deepEqual(await shim.request(request), { name: 'ok' })
}

interface Bind {
  readonly recursive?: 0 | 1
  readonly attributes?: number
  readonly propagation?: number
  readonly allAttributes?: number
  readonly allPropagation?: number
}

const bindShare =
  ({ recursive = 1, ...more }: Bind, target = '/data') =>
  ({ directory }: Box): readonly Op[] => [
    [
      'bind',
      join(directory, 'share'),
      target,
      recursive,
      more.attributes ?? 0,
      more.propagation ?? 0,
      more.allAttributes ?? 0,
      more.allPropagation ?? 0,
    ],
  ]

const overlayData = (more: string) => `lowerdir=rootfs,upperdir=upper,workdir=work${more}`

const overlayOps = ({ directory }: Box, more: string): readonly Op[] => [
  [
    'rootfs-mount',
    directory,
    'overlay',
    join(directory, 'merged'),
    'overlay',
    0,
    overlayData(more),
  ],
  ['mount', '/proc', 'proc', 'proc', 0, ''],
]

const overlayFolders = ({ directory }: Box) => {
  for (const name of ['upper', 'work', 'merged']) mkdirSync(join(directory, name))
}

const wasWritten = (_: unknown, { directory }: Box) => {
  assert.ok(existsSync(join(directory, 'upper/made')))
  assert.ok(!existsSync(join(directory, 'rootfs/made')))
}

export const mountEffects = {
  propagation: [
    {
      name: 'changes that of a mount',
      late: [tmpfs('/data'), ['propagation', '/data', MS.shared]],
      script: 'grep -c " /data .* shared:" /proc/self/mountinfo',
      want: '1',
    },
  ],
  'rootfs-mount': [
    {
      name: 'mounts an overlay by names relative to the directory',
      before: overlayFolders,
      early: (box) => overlayOps(box, ',userxattr'),
      script: 'cat /etc/marker; echo > /made; cut -d " " -f 5,9 /proc/self/mountinfo | head -n 1',
      want: 'inside\n/ overlay',
      check: wasWritten,
    },
    {
      name: 'binds, when the flags say so',
      early: ({ directory, rootfs }) => [
        ['rootfs-mount', directory, 'rootfs', rootfs, 'none', MS_BIND, ''],
      ],
      script: 'cat /etc/marker',
      want: 'inside',
    },
  ],
  'rootfs-bind': [
    {
      name: 'makes a directory the root, at another place too',
      before: ({ directory }) => mkdirSync(join(directory, 'elsewhere')),
      early: ({ directory, rootfs }) => [['rootfs-bind', rootfs, join(directory, 'elsewhere')]],
      script: 'cat /etc/marker',
      want: 'inside',
    },
  ],
  'rootfs-readonly': [
    {
      name: 'reaches the root and not what is mounted on it',
      late: [tmpfs('/data'), ['rootfs-readonly']],
      script: 'echo 2>&1 > /made; echo > /data/made && ls /data',
      want: /^sh: can't create \/made: Read-only file system\nmade$/,
    },
  ],
  pivot: [
    {
      name: 'leaves nothing of the host in sight',
      script: 'echo $(ls -a /); echo $(cut -d " " -f 5 /proc/self/mountinfo)',
      want: '. .. bin data dev etc home proc root run tmp var\n/ /proc /dev /dev/null',
    },
  ],
  mount: [
    {
      name: 'mounts a new file system with options and attributes',
      late: [
        [
          'mount',
          '/data',
          'tmpfs',
          'a-name',
          MOUNT_ATTR.rdonly | MOUNT_ATTR.nosuid | MOUNT_ATTR.nodev | MOUNT_ATTR.noexec,
          'mode=0711,,size=65536',
        ],
      ],
      script: `${mountOptions('/data')}; stat -c %a /data; grep -c a-name /proc/self/mountinfo`,
      want: /^ro,nosuid,nodev,noexec,relatime rw,size=64k,mode=711\S*\n711\n1$/,
    },
    {
      name: 'makes the place that is missing',
      late: [tmpfs('/not/yet/there')],
      script: 'grep -c /not/yet/there /proc/self/mountinfo',
      want: '1',
    },
    {
      name: 'covers an earlier mount at the same place',
      late: [tmpfs('/data', 'mode=0711'), tmpfs('/data', 'mode=0712')],
      script: 'stat -c %a /data',
      want: '712',
    },
  ],
  bind: [
    {
      name: 'brings a directory, and with recursive 1 what is mounted below',
      before: share,
      early: bindShare({}),
      script: `cat /data/file; ${mountOptions('/data/below')}`,
      want: /^of the host\nrw,relatime rw,size=4k/,
    },
    {
      name: 'with recursive 0 leaves that behind',
      kinds: ['flat'],
      before: share,
      early: bindShare({ recursive: 0 }),
      script: 'grep -c /data /proc/self/mountinfo',
      want: '1',
    },
    {
      name: 'sets attributes of its top',
      before: share,
      early: bindShare({ attributes: MOUNT_ATTR.rdonly }),
      script: `${mountOptions('/data')}; echo > /data/below/made && ls /data/below`,
      want: /^ro,relatime .*\nmade$/,
    },
    {
      name: 'sets attributes of everything in it',
      before: share,
      early: bindShare({ allAttributes: MOUNT_ATTR.rdonly | MOUNT_ATTR.nosuid }),
      script: `${mountOptions('/data')}; ${mountOptions('/data/below')}`,
      want: /^ro,nosuid,relatime .*\nro,nosuid,relatime /,
    },
    {
      name: 'sets the propagation of its top or of all',
      before: share,
      early: (box) => [
        ...bindShare({ propagation: MS.shared }, '/one')(box),
        ...bindShare({ allPropagation: MS.shared }, '/all')(box),
      ],
      script: 'grep " shared:" /proc/self/mountinfo | cut -d " " -f 5',
      want: '/one\n/all\n/all/below',
    },
    {
      name: 'brings a file to a place that is missing',
      before: share,
      early: ({ directory }) => [
        ['bind', join(directory, 'share/file'), '/not/there/yet', 0, 0, 0, 0, 0],
      ],
      script: 'cat /not/there/yet',
      want: 'of the host',
    },
  ],
  mask: [
    {
      name: 'hides a file',
      late: [['mask', '/etc/marker']],
      script: 'cat /etc/marker; stat -c %F /etc/marker',
      want: 'character special file',
    },
    {
      name: 'hides a directory',
      late: [['mask', '/etc']],
      script: `ls -A /etc; ${mountOptions('/etc')}`,
      want: /^ro,relatime/,
    },
    {
      name: 'passes over what is not there',
      late: [
        ['mask', '/missing'],
        ['mask', '/etc/marker/below'],
      ],
      script: 'ls -d /missing 2>&1; true',
      want: /No such file/,
      check: (_, { rootfs }) =>
        assert.equal(readFileSync(join(rootfs, 'etc/marker'), 'utf8'), 'inside\n'),
    },
  ],
  readonly: [
    {
      name: 'reaches what is mounted below',
      late: [tmpfs('/data'), tmpfs('/data/below'), ['readonly', '/data']],
      script: `${mountOptions('/data')}; ${mountOptions('/data/below')}`,
      want: /ro,relatime .*\nro,relatime /,
    },
    {
      name: 'reaches a single file',
      late: [['readonly', '/etc/marker']],
      script: 'echo 2>&1 > /etc/marker; cat /etc/marker',
      want: /Read-only file system\ninside$/,
    },
    {
      name: 'passes over what is not there',
      late: [['readonly', '/missing']],
      script: 'ls -d /missing 2>&1; true',
      want: /No such file/,
    },
  ],
} satisfies Readonly<Record<string, readonly Effect[]>>
