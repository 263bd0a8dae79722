// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import { packList } from '../../native-shim/fields.ts'
import type { Op } from '../../native-shim/ops.ts'
import type { Effect } from './effect.ts'
import type { Failure } from './failure.ts'

interface Hook {
  readonly program?: string
  readonly input?: string
  readonly timeoutMs?: number
}

/** A `hook` op that is a script; before the pivot of the host's shell, after it of busybox's. */
const hook = (
  script: string,
  { program = '/bin/sh', input = '', timeoutMs = 0 }: Hook = {},
): Op => [
  'hook',
  'the hook',
  program,
  packList(['sh', '-c', script, 'zero']),
  packList(['WORD=word', 'PATH=/usr/bin:/bin']),
  Buffer.from(input),
  timeoutMs,
]

const own = 'read -r pid _ _ _ group session _ < /proc/self/stat'

export const hookEffects: readonly Effect[] = [
  {
    name: 'runs the program in the container, with its input, arguments and variables',
    late: [
      hook('read -r line; echo $0 $WORD $line > /told; env | wc -l >> /told', { input: 'in\n' }),
    ],
    script: 'cat /told',
    want: /^zero word in\n[2-5]$/,
  },
  {
    name: 'gives it a session of its own and no descriptor but stdio',
    late: [hook(`${own}; { echo $((pid - group)) $((pid - session)); ls /proc/self/fd; } > /told`)],
    script: 'cat /told',
    want: '0 0\n0\n1\n2\n3', // 3 is what ls opens
  },
  {
    name: 'before the pivot finds the program on the host, in the namespaces of the container',
    early: ({ rootfs }) => [['hostname', 'a-box'], hook(`hostname > ${join(rootfs, 'told')}`)],
    script: 'cat /told',
    want: 'a-box',
  },
  {
    name: 'does not ask whether it reads or writes anything',
    late: [
      hook(':', { input: 'x'.repeat(1 << 20) }),
      hook('yes | head -c 1000000; yes | head -c 9 >&2'),
    ],
    script: 'echo on',
    want: 'on',
  },
  {
    name: 'waits for the program alone, and leaves no zombie',
    late: [hook('(sleep 0.05) & (sleep 1000) & exit 0'), hook('sleep 0.1')],
    script: 'grep -l "^State:.Z" /proc/[0-9]*/status || echo none',
    want: 'none',
  },
  {
    name: 'kills nothing that ends in time',
    late: [hook('echo in time > /told', { timeoutMs: 9000 })],
    script: 'cat /told',
    want: 'in time',
  },
]

export const hookFailures: readonly Failure[] = [
  {
    name: 'that ends with a status, with its words',
    op: hook('echo out; echo err >&2; exit 3'),
    errno: 'ECHILD',
    detail: '3\nthe hook\nout\nerr\n',
  },
  { name: 'that is killed', op: hook('kill -9 $$'), errno: 'ECHILD', detail: '137\nthe hook\n' },
  {
    name: 'that talks too much',
    op: hook('yes | head -c 100000; exit 1'),
    errno: 'ECHILD',
    detail: /^1\nthe hook\n(y\n){511}y$/,
  },
  {
    name: 'that takes too long, with its children',
    op: hook('trap "" TERM; sleep 1005 & sleep 1005', { timeoutMs: 100 }),
    errno: 'ETIMEDOUT',
    detail: 'the hook',
  },
  {
    name: 'that does not exist',
    op: hook('', { program: '/missing' }),
    errno: 'ENOENT',
    detail: 'the hook',
  },
  {
    name: 'that is no program',
    op: hook('', { program: '/etc' }),
    errno: 'EACCES',
    detail: 'the hook',
  },
]
