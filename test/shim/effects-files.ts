// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Effect } from './effect.ts'

export const S_IFIFO = 0o010000
export const S_IFCHR = 0o020000

export const devpts: Op = [
  'mount',
  '/dev/pts',
  'devpts',
  'devpts',
  0,
  'newinstance,ptmxmode=0666,mode=0620',
]

/** Ops that stand before the gate of the recipe. */
export const fileEffects = {
  mkdir: [
    {
      name: 'makes a directory with its parents',
      late: [['mkdir', '/made/by/init', 0o750]],
      script: 'stat -c "%a %F" /made/by/init',
      want: '750 directory',
    },
    {
      name: 'leaves one alone that exists',
      late: [['mkdir', '/data', 0o700]],
      script: 'stat -c %a /data',
      want: '755',
    },
    {
      name: 'follows a link inside of the root',
      before: ({ rootfs }) => symlinkSync('/data', join(rootfs, 'link')),
      early: () => [['mkdir', '/link/made', 0o755]],
      script: 'ls /data',
      want: 'made',
    },
    {
      name: 'goes through .. behind a missing directory',
      early: () => [['mkdir', '/new/../data/made', 0o755]],
      script: 'ls /data',
      want: 'made',
    },
  ],
  workdir: [
    {
      name: 'makes it and what is missing on the way, with an owner',
      root: true,
      late: [
        ['mkdir', '/tmp/there', 0o700],
        ['workdir', '/tmp/there/a/b', 0o755, 1000, 2000],
      ],
      script: 'cd /tmp; stat -c "%n %a %u %g" there there/a there/a/b',
      want: 'there 700 0 0\nthere/a 755 1000 2000\nthere/a/b 755 1000 2000',
    },
    {
      name: 'leaves what is there as it is',
      late: [
        ['mkdir', '/tmp/there', 0o700],
        ['workdir', '/tmp/there', 0o755, 0, 0],
      ],
      script: 'stat -c %a /tmp/there',
      want: '700',
    },
  ],
  symlink: [
    {
      name: 'makes a link with its parents',
      late: [['symlink', '/proc/self/fd', '/made/fd']],
      script: 'readlink /made/fd',
      want: '/proc/self/fd',
    },
    {
      name: 'leaves alone what exists',
      late: [['symlink', 'other', '/etc/marker']],
      script: 'cat /etc/marker',
      want: 'inside',
    },
  ],
  mknod: [
    {
      name: 'makes a device with owner and mode',
      kinds: ['flat'],
      root: true,
      late: [['mknod', '/dev/made', S_IFCHR, 0o640, 1, 5, 7, 8]],
      script: 'stat -c "%F %a %t:%T %u:%g" /dev/made; head -c 2 /dev/made | wc -c',
      want: 'character special file 640 1:5 7:8\n2',
    },
    {
      name: 'makes a fifo without any right',
      late: [['mknod', '/dev/made', S_IFIFO, 0o666, 0, 0, 0, 0]],
      script: 'stat -c "%F %a" /dev/made',
      want: 'fifo 666',
    },
    {
      name: 'takes the same node as it is',
      late: [
        ['mknod', '/dev/made', S_IFIFO, 0o600, 0, 0, 0, 0],
        ['mknod', '/dev/made', S_IFIFO, 0o666, 0, 0, 0, 0],
      ],
      script: 'stat -c "%F %a" /dev/made',
      want: 'fifo 600',
    },
  ],
  'bind-device': [
    {
      name: 'brings a device of the host',
      early: () => [['bind-device', '/dev/zero', '/dev/zero', S_IFCHR, 1, 5]],
      script: 'head -c 3 /dev/zero | wc -c',
      want: '3',
    },
  ],
  console: [
    {
      name: 'gives the program a terminal of that size',
      stdio: ['null', 'null', 'null'],
      early: () => [devpts, ['console', 31, 97]],
      script: 'tty; stty size; stat -L -c %t:%T /dev/console /proc/self/fd/0 | uniq | wc -l',
      want: /^\/dev\/pts\/0\r\n31 97\r\n1$/,
    },
    {
      name: 'makes it the controlling terminal',
      stdio: ['null', 'null', 'null'],
      early: () => [
        devpts,
        ['bind-device', '/dev/tty', '/dev/tty', S_IFCHR, 5, 0],
        ['console', 0, 0],
      ],
      script: 'echo said > /dev/tty',
      want: 'said',
    },
  ],
  'read-file': [
    {
      name: 'sends the content',
      late: [['read-file', '/etc/marker', 100]],
      script: 'true',
      want: '',
      check: ({ replies }) =>
        assert.deepEqual(replies[0], {
          name: 'file',
          path: '/etc/marker',
          errno: 0,
          content: Buffer.from('inside\n'),
        }),
    },
  ],
  chdir: [
    { name: 'is where the program starts', late: [['chdir', '/var']], script: 'pwd', want: '/var' },
  ],
  gate: [
    {
      name: 'holds the program back',
      atGate: (init, { rootfs }) => {
        assert.ok(!existsSync(join(rootfs, 'tmp/ran')))
        assert.doesNotMatch(readFileSync(`/proc/${init}/cmdline`, 'utf8'), /ran/)
      },
      script: 'echo > /tmp/ran',
      want: '',
      check: (_, { rootfs }) => assert.ok(existsSync(join(rootfs, 'tmp/ran'))),
    },
  ],
  exec: [
    {
      name: 'gives the program its arguments and environment',
      late: [
        ['gate'],
        ['exec', packList(['/bin/busybox']), packList(['env']), packList(['Z=a word', 'A='])],
      ],
      script: '',
      want: 'Z=a word\nA=',
    },
    {
      name: 'takes the first candidate that is there',
      before: ({ rootfs }) => chmodSync(join(rootfs, 'etc/marker'), 0o644),
      late: [
        ['gate'],
        [
          'exec',
          packList([
            '/missing/echo',
            '/etc/marker',
            '/etc/marker/below',
            '/bin/busybox',
            '/bin/ls',
          ]),
          packList(['echo', 'found']),
          packList([]),
        ],
      ],
      script: '',
      want: 'found',
    },
  ],
} satisfies Readonly<Record<string, readonly Effect[]>>
