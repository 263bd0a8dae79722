// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { until } from '../harness/until.ts'
import { type Box, type BoxOptions, enterOps, inBox, shell, startRequest } from './box.ts'
import { greet, type Stdio } from './shim.ts'
import { within } from './within.ts'

const MIB = 1 << 20

const relayed = (stdin: Stdio = 'pipe', stdout: Stdio = 'pipe'): BoxOptions => ({
  stdio: ['pipe', 'pipe', 'pipe'],
  shim: { stdio: [stdin, stdout, 'pipe'] },
})

function stdinOf({ shim }: Box): Writable {
  const { stdin } = shim.process
  if (stdin === null) throw new TypeError('stdin is no pipe')
  return stdin
}

async function runs({ shim, rootfs, start, perform }: Box, script: string): Promise<void> {
  await start()
  await perform([...enterOps(rootfs), ['pivot'], ['gate'], shell(script)])
  assert.equal((await shim.request(['run'])).name, 'started')
}

async function ends({ shim }: Box, status: number): Promise<string> {
  assert.equal(await within('the end of the shim', shim.ended), status)
  return shim.stdout().toString()
}

/** Bytes that show every swap and loss. */
const noise = (size: number) => randomFillSync(Buffer.alloc(size))

describe('the relay', () => {
  it(
    'passes 64 MiB both ways byte by byte',
    inBox(relayed(), async (box) => {
      await runs(box, 'cat')
      const bytes = noise(64 * MIB)
      stdinOf(box).end(bytes)
      await ends(box, 0)
      assert.ok(box.shim.stdout().equals(bytes))
    }),
  )

  it(
    'passes a line of 10 MB',
    inBox(relayed(), async (box) => {
      await runs(box, 'cat')
      stdinOf(box).end(`${'x'.repeat(10_000_000)}\n`)
      assert.equal((await ends(box, 0)).indexOf('\n'), 10_000_000)
    }),
  )

  it(
    'closes stdin behind the last byte, and goes on with what comes after',
    inBox(relayed(), async (box) => {
      await runs(box, 'wc -c; cat; echo after')
      stdinOf(box).end(noise(100_001))
      assert.equal(await ends(box, 0), '100001\nafter\n')
    }),
  )

  it(
    'keeps stdout and stderr apart',
    inBox(relayed(), async (box) => {
      await runs(box, 'echo out; echo err >&2')
      assert.equal(await ends(box, 0), 'out\n')
      assert.equal(box.shim.stderr(), 'err\n')
    }),
  )

  it(
    'lets the program learn that its reader has gone',
    inBox(relayed(), async (box) => {
      await runs(box, 'echo ready; sleep 0; yes; echo "yes: $?" >&2; exit 4')
      await until('the program writes', () => box.shim.stdout().length > 0)
      box.shim.process.stdout?.destroy()
      assert.equal(await within('the end of the shim', box.shim.ended), 4)
      assert.match(box.shim.stderr(), /yes: (1|141)\n$/)
    }),
  )

  it(
    'survives a program that closes its stdin, and goes on with its output',
    inBox(relayed(), async (box) => {
      await runs(
        box,
        'exec 0<&-; echo closed; while [ ! -e /tmp/go ]; do sleep 0.01; done; echo end',
      )
      await until('it has closed', () => box.shim.stdout().includes('closed'))
      const stdin = stdinOf(box)
      const gone = new Promise((resolve) => stdin.once('close', resolve))
      stdin.on('error', () => {}).write(noise(4 * MIB))
      await within('our writing to be refused', gone)
      writeFileSync(join(box.rootfs, 'tmp/go'), '')
      assert.equal(await ends(box, 0), 'closed\nend\n')
    }),
  )

  it(
    'ends stdout for the reader when the program closes it',
    inBox(relayed(), async (box) => {
      const { stdout } = box.shim.process
      if (stdout === null) throw new TypeError('stdout is no pipe')
      const end = once(stdout, 'end')
      await runs(box, 'echo last; exec 1>&-; while [ ! -e /tmp/go ]; do sleep 0.01; done')
      await within('the end of stdout', end)
      writeFileSync(join(box.rootfs, 'tmp/go'), '')
      assert.equal(await ends(box, 0), 'last\n')
    }),
  )

  it(
    'passes stdin on while nobody reads stdout',
    inBox(relayed(), async (box) => {
      box.shim.process.stdout?.pause()
      await runs(box, 'yes & cat | wc -c >&2; kill %1; exit 0')
      stdinOf(box).end(noise(8 * MIB))
      await until('all of stdin has come', () => box.shim.stderr().includes(`${8 * MIB}\n`))
      box.shim.process.stdout?.resume()
      await ends(box, 0)
    }),
  )

  it(
    'passes stdout on while the program does not read stdin',
    inBox(relayed(), async (box) => {
      stdinOf(box)
        .on('error', () => {})
        .write(noise(MIB))
      await runs(box, `head -c ${8 * MIB} /proc/self/fd/9 9< /bin/busybox; head -c 7 /bin/busybox`)
      await ends(box, 0)
      const busybox = readFileSync(join(box.rootfs, 'bin/busybox')).subarray(0, 8 * MIB)
      assert.ok(box.shim.stdout().equals(Buffer.concat([busybox, busybox.subarray(0, 7)])))
    }),
  )

  it(
    'never loses what was written just before the end: 200 rounds',
    inBox(relayed(), async (box) => {
      box.shim.hangUp()
      const workers = Array.from({ length: 4 }, async (_, worker) => {
        for (let round = 0; round < 50; round++) await lastWords(box, round * 4 + worker)
      })
      await Promise.all(workers)
    }),
  )
})

/** A program that writes as its last act, up to twice what a pipe holds. */
async function lastWords(box: Box, round: number): Promise<void> {
  const size = (round * 7919) % 131_072
  const shim = box.spawn({ stdio: ['ignore', 'pipe', 'pipe'] })
  await greet(shim)
  assert.equal((await shim.request(startRequest({ stdio: ['null', 'pipe', 'pipe'] }))).name, 'pid')
  const script = `exec head -c ${size} ${join(box.rootfs, 'bin/busybox')}`
  await shim.ops([['gate'], shell(script, ['PATH=/usr/bin:/bin'])])
  assert.equal((await shim.request(['run'])).name, 'started')
  assert.equal(await within('the end of the shim', shim.ended), 0)
  assert.equal(shim.stdout().length, size)
}

describe('a file as stdio', () => {
  for (const mode of ['pipe', 'inherit'] as const)
    it(
      `is read and written where it stands [${mode}]`,
      inBox({}, async (box) => {
        box.shim.hangUp()
        const [input, output] = [join(box.directory, 'input'), join(box.directory, 'output')]
        writeFileSync(input, 'read\nrest\n')
        const [stdin, stdout] = [openSync(input, 'r'), openSync(output, 'w')]
        readSync(stdin, Buffer.alloc(5))
        writeSync(stdout, 'before\n')
        const shim = box.spawn({ stdio: [stdin, stdout, 'pipe'] })
        await greet(shim)
        assert.equal((await shim.request(startRequest({ stdio: [mode, mode, mode] }))).name, 'pid')
        await shim.ops([['gate'], shell('cat; echo after', ['PATH=/usr/bin:/bin'])])
        assert.equal((await shim.request(['run'])).name, 'started')
        assert.equal(await within('the end of the shim', shim.ended), 0)
        closeSync(stdin)
        closeSync(stdout)
        assert.equal(readFileSync(output, 'utf8'), 'before\nrest\nafter\n')
      }),
    )
})
