// SPDX-License-Identifier: Apache-2.0
/** What is written when the program has ended, and by whom; and what the relay costs at rest. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { start } from '../harness/child.ts'
import { until } from '../harness/until.ts'
import { type Box, inBox, shell, startRequest } from './box.ts'
import { greet, type Shim, type Stdio } from './shim.ts'
import { within } from './within.ts'

const env = { PATH: '/usr/bin:/bin' }

interface Relayed {
  readonly shim: Shim
  /** Of the program. */
  readonly init: number
}

/** A program of the host whose stdout and stderr are relayed. */
async function runs(box: Box, script: string, stdout: Stdio = 'pipe'): Promise<Relayed> {
  box.shim.hangUp()
  const shim = box.spawn({ stdio: ['ignore', stdout, 'pipe'] })
  await greet(shim)
  const reply = await shim.request(startRequest({ stdio: ['null', 'pipe', 'pipe'] }))
  if (reply.name !== 'pid') assert.fail(JSON.stringify(reply))
  await shim.ops([['gate'], shell(script, [`PATH=${env.PATH}`])])
  assert.equal((await shim.request(['run'])).name, 'started')
  return { shim, init: reply.pid }
}

const waiting = ({ directory }: Box) => `while [ ! -e ${directory}/go ]; do sleep 0.01; done`
const go = ({ directory }: Box) => writeFileSync(join(directory, 'go'), '')

/** A second writer of the program's stdout, which no pid namespace ends. */
const outsider = ({ init }: Relayed) => openSync(`/proc/${init}/fd/1`, constants.O_WRONLY)

describe('an output that somebody outside has as well', () => {
  it(
    'does not keep the shim from ending',
    inBox({}, async (box) => {
      const run = await runs(box, `echo first; ${waiting(box)}; echo last; exit 3`)
      await until('it writes', () => run.shim.stdout().length > 0)
      const fd = outsider(run)
      writeSync(fd, 'beside\n')
      go(box)
      assert.equal(await within('the end of the shim', run.shim.ended), 3)
      assert.throws(() => writeSync(fd, 'late\n'), { code: 'EPIPE' })
      closeSync(fd)
      assert.equal(run.shim.stdout().toString(), 'first\nbeside\nlast\n')
    }),
  )

  it(
    'does not keep the shim from ending, however much comes from there',
    inBox({}, async (box) => {
      const run = await runs(box, `echo first; ${waiting(box)}; exit 3`)
      await until('it writes', () => run.shim.stdout().length > 0)
      const writer = start(['sh', '-c', `exec yes >/proc/${run.init}/fd/1`], { env })
      await until('the other one writes', () => run.shim.stdout().length > 1 << 20)
      go(box)
      assert.equal(await within('the end of the shim', run.shim.ended), 3)
      assert.notEqual((await writer.result).code, 0)
    }),
  )

  it(
    'is passed on as far as it was written, to a reader that takes its time',
    inBox({}, async (box) => {
      const path = join(box.directory, 'slow')
      execFileSync('mkfifo', [path])
      const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const write = openSync(path, constants.O_WRONLY)
      const size = 150_000 // more than two pipes hold, less than they and a pump
      const run = await runs(box, `${waiting(box)}; head -c ${size} /dev/zero`, write)
      closeSync(write)
      const fd = outsider(run)
      go(box)
      assert.equal((await run.shim.next()).name, 'exit')
      await start(['sleep', '2.5'], { env }).result
      const reader = start(['wc', '-c', path], { env })
      await until('it reads', () => hasOpened(reader.pid, path))
      closeSync(read)
      assert.equal(await within('the end of the shim', run.shim.ended), 0)
      closeSync(fd)
      assert.equal((await reader.result).stdout, `${size} ${path}\n`)
    }),
  )
})

/** A process that has ended already had it open. */
function hasOpened(pid: number, path: string): boolean {
  if (!existsSync(`/proc/${pid}`)) return true
  const links = readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`))
  return links.includes(path)
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return '' // closed meanwhile
  }
}

describe('the relay at rest', () => {
  const rows = [
    { name: 'while nothing is written', script: 'sleep 0 & echo one >&2; sleep 1; echo two >&2' },
    {
      name: 'while nobody reads',
      script: 'yes & sleep 1; echo one >&2; sleep 1; echo two >&2',
    },
  ]
  for (const { name, script } of rows)
    it(
      `uses no time ${name}`,
      inBox({}, async (box) => {
        const path = join(box.directory, 'unread')
        execFileSync('mkfifo', [path])
        const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
        const write = openSync(path, constants.O_WRONLY)
        const { shim } = await runs(box, `${script}; ${waiting(box)}; kill $!; exit 0`, write)
        closeSync(write)
        await until('the first word', () => shim.stderr().includes('one\n'))
        const before = usage(shim)
        await until('the second word', () => shim.stderr().includes('two\n'))
        const after = usage(shim)
        go(box)
        closeSync(read)
        await within('the end of the shim', shim.ended)
        assert.ok(after.turns - before.turns <= 10, `woken ${after.turns - before.turns} times`)
        assert.ok(after.nanos - before.nanos < 10e6, `${after.nanos - before.nanos} ns`)
      }),
    )
})

/** On a processor, and how often it got one; proc(5), schedstat. */
function usage({ pid }: Shim): { readonly nanos: number; readonly turns: number } {
  const text = readFileSync(`/proc/${pid}/schedstat`, 'utf8')
  const [nanos = Number.NaN, , turns = Number.NaN] = text.split(' ').map(Number)
  return { nanos, turns }
}
