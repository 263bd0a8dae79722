// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, constants, copyFileSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { requires } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { type Box, inBox, program, type SpawnOptions, shell, startRequest } from './box.ts'
import { greet, type Shim } from './shim.ts'
import { within } from './within.ts'

/** A pipe with a name: both ends, and nobody reads. */
function makePipe({ directory }: Box): readonly [read: number, write: number] {
  const path = join(directory, 'pipe')
  execFileSync('mkfifo', ['-m', '600', path])
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return [read, openSync(path, constants.O_WRONLY)]
}

interface Blocked {
  readonly shim: Shim
  /** Of the program. */
  readonly init: number
}

/** A program whose stdout is relayed into a pipe that nobody reads. */
async function runs(box: Box, script: string, options: SpawnOptions): Promise<Blocked> {
  box.shim.hangUp()
  const shim = box.spawn(options)
  await greet(shim)
  const reply = await shim.request(startRequest({ stdio: ['pipe', 'pipe', 'inherit'] }))
  if (reply.name !== 'pid') assert.fail(JSON.stringify(reply))
  await shim.ops([['gate'], shell(script, ['PATH=/usr/bin:/bin'])])
  assert.equal((await shim.request(['run'])).name, 'started')
  return { shim, init: reply.pid }
}

/** As a user who may not open the pipe anew: the relay has only what it inherited. */
const asNobody = (box: Box): NonNullable<SpawnOptions['wrap']> => {
  const copy = join(box.directory, 'copy/tsbuild-shim')
  execFileSync('mkdir', ['-p', join(box.directory, 'copy')])
  copyFileSync(program, copy)
  chmodSync(box.directory, 0o755)
  const ids = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
  const namespaces = ['unshare', '--user', '--map-root-user', '--mount', '--']
  return () => [...ids, ...namespaces, copy]
}

describe('a reader that does not read', () => {
  const ways: readonly { name: string; wrap: (box: Box) => SpawnOptions; root?: true }[] = [
    { name: 'of a pipe of ours', wrap: () => ({}) },
    {
      name: 'of a pipe that cannot be opened anew',
      wrap: (box) => ({ wrap: asNobody(box) }),
      root: true,
    },
  ]
  for (const { name, wrap, root } of ways)
    it(
      `${name} keeps nothing from stdin`,
      root ? requires('root') : {},
      inBox({}, async (box) => {
        const [read, write] = makePipe(box)
        const options = { ...wrap(box), stdio: ['pipe', write, 'pipe'] } as const
        const { shim } = await runs(box, 'yes & cat | wc -c >&2; kill $!; wait; exit 5', options)
        closeSync(write)
        shim.process.stdin?.end(Buffer.alloc(4 << 20))
        await until('all of stdin has come', () => shim.stderr().includes(`${4 << 20}\n`))
        closeSync(read)
        assert.equal(await within('the end of the shim', shim.ended), 5)
      }),
    )

  it(
    'is no reason to hang when the program has ended and a signal comes',
    inBox({}, async (box) => {
      const [read, write] = makePipe(box)
      const script = 'exec head -c 100000 /dev/zero' // more than one pipe holds, less than two
      const { shim, init } = await runs(box, script, { stdio: ['ignore', write, 'pipe'] })
      closeSync(write)
      await until('the program has ended', () => !existsSync(`/proc/${init}`))
      shim.process.kill('SIGTERM')
      assert.equal(await within('the end of the shim', shim.ended), 143)
      closeSync(read)
    }),
  )
})
