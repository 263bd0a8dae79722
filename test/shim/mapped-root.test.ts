// SPDX-License-Identifier: Apache-2.0
/** A root file system with other ids than those on disk: only the host's root can show it. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, lstatSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { CLONE } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import type { Request } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { requires } from '../harness/requires.ts'
import { type Box, enterOps, inBox, shell } from './box.ts'
import { trace } from './remains.ts'
import { within } from './within.ts'

const map = '0 100000 1000\n1000 200000 1000\n'
const flags = CLONE.pid | CLONE.user
const start: Request = [
  ...(['start', flags, map, map, 'allow', 'null', 'inherit', 'inherit', 'guard lost'] as const),
  ...([CLONE.pid, packList([])] as const),
]

const roots: readonly { name: string; op: (box: Box) => Op; upper: string }[] = [
  {
    name: 'an overlay',
    op: ({ directory }) => [
      ...(['rootfs-mapped', directory, 'overlay', 'merged', 'overlay', 0] as const),
      'lowerdir=rootfs,upperdir=upper,workdir=work',
      1,
    ],
    upper: 'upper',
  },
  {
    name: 'a directory',
    op: ({ rootfs }) => ['rootfs-mapped', rootfs, rootfs, '', '', 0, '', 1],
    upper: 'rootfs',
  },
]

/** What a program wrote and what it saw, in a box whose way is closed to the container's root. */
async function runMapped(box: Box, root: Op, script: string): Promise<string> {
  const { directory, rootfs, shim, traces } = box
  for (const name of ['upper', 'work', 'merged']) mkdirSync(join(directory, name))
  writeFileSync(join(rootfs, 'etc/owned'), '')
  chownSync(join(rootfs, 'etc/owned'), 1005, 7)
  writeFileSync(join(directory, 'secret'), 'of the host\n')
  chmodSync(directory, 0o700)
  const reply = await shim.request(start)
  if (reply.name !== 'pid') return assert.fail(JSON.stringify(reply))
  trace(traces, reply.pid)
  const [unshare, session, umask, propagation, , ...mounts] = enterOps(rootfs)
  if (!unshare || !session || !umask || !propagation) return assert.fail('enterOps changed')
  const bind: Op = ['bind', join(directory, 'secret'), '/secret', 0, 0, 0, 0, 0]
  const enter = [unshare, session, umask, propagation, root, ['host-sources'], ...mounts, bind]
  const ops: Op[] = [...(enter as Op[]), ['pivot'], ['gate'], shell(script)]
  const last = (await shim.ops(ops)).at(-1)
  assert.deepEqual(last, { name: 'ready' }, shim.stderr())
  assert.deepEqual(await shim.request(['run']), { name: 'started' })
  assert.equal((await shim.next()).name, 'exit')
  assert.equal(await within('the end of the shim', shim.ended), 0, shim.stderr())
  return shim.stdout().toString()
}

describe('a root file system of other ids', requires('root'), () => {
  for (const { name, op, upper } of roots)
    it(
      `shows ${name} with the ids of the container and stores those of the disk`,
      inBox({}, async (box) => {
        const script =
          'stat -c "%u:%g" / /etc/owned; cat /secret; touch /made /etc/owned; chown 1003:5 /made'
        assert.equal(await runMapped(box, op(box), script), '0:0\n1005:7\nof the host\n')
        const made = lstatSync(join(box.directory, upper, 'made'))
        assert.deepEqual([made.uid, made.gid], [1003, 5])
        const owned = lstatSync(join(box.directory, upper, 'etc/owned'))
        assert.deepEqual([owned.uid, owned.gid], [1005, 7])
      }),
    )
})
