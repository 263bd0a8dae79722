// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readlinkSync } from 'node:fs'
import { describe, it } from 'node:test'
import { descendants } from '../harness/processes.ts'
import { lacking } from '../harness/requires.ts'
import { until } from '../harness/until.ts'
import { type Box, type BoxOptions, enterOps, inBox, shell } from './box.ts'
import { devpts } from './effects-files.ts'
import { within } from './within.ts'

/** The shim on a terminal of 31 by 97, with the modes of it printed before and after. */
const onTerminal: BoxOptions = {
  stdio: ['null', 'null', 'null'],
  shim: {
    stdio: ['pipe', 'pipe', 'pipe'],
    wrap: (argv) => {
      const line = `stty rows 31 cols 97; stty -g; ${argv.join(' ')}; s=$?; stty -g; exit $s`
      return ['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null']
    },
  },
}

const waiting = 'echo ready; while :; do sleep 0.01; done'

interface Terminal {
  /** The shim itself and its end of the terminal. */
  readonly shim: number
  readonly device: string
  type(text: string): void
  /** What the screen has shown, without the first line. */
  shown(): string
  /** The modes as `stty -g` prints them. */
  modes(): string
}

async function openTerminal({ shim }: Box): Promise<Terminal> {
  const isShim = ({ name }: { name: string }) => name === 'tsbuild-shim'
  const { pid } = await until('the shim is there', () => descendants(shim.pid).find(isShim))
  const device = readlinkSync(`/proc/${pid}/fd/0`)
  const stty = (...args: readonly string[]) =>
    execFileSync('stty', ['-F', device, ...args], { encoding: 'utf8' }).trim()
  return {
    shim: pid,
    device,
    type: (text) => void shim.process.stdin?.write(text),
    shown: () =>
      shim
        .stdout()
        .toString()
        .replace(/^.*\r\n/, ''),
    modes: () => stty('-g'),
  }
}

async function runs(box: Box, script: string): Promise<Terminal> {
  await box.start()
  const console = [devpts, ['console', 0, 0]] as const
  await box.perform([...enterOps(box.rootfs), ...console, ['pivot'], ['gate'], shell(script)])
  const terminal = await openTerminal(box)
  assert.equal((await box.shim.request(['run'])).name, 'started')
  return terminal
}

/** The end, with the terminal as it was. @returns what was shown, but for the modes */
async function ends({ shim }: Box, status: number): Promise<string> {
  assert.equal(await within('the end of the shim', shim.ended), status)
  const [before, ...lines] = shim.stdout().toString().trim().split('\r\n')
  const after = lines.pop()
  assert.equal(after, before, 'the terminal is as it was')
  return lines.join('\n')
}

const skip = lacking('program:script', 'program:stty')

describe('a terminal', skip === undefined ? {} : { skip }, () => {
  it(
    'is raw while the program runs, and then as it was',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'echo ready; read -r word; echo "<$word>"; exit 6')
      const cooked = box.shim.stdout().toString().split('\r\n')[0]
      await until('the program is ready', () => terminal.shown().includes('ready'))
      assert.notEqual(terminal.modes(), cooked)
      terminal.type('word\r')
      assert.equal(await ends(box, 6), 'ready\nword\n<word>')
    }),
  )

  it(
    'has its size from the start',
    inBox(onTerminal, async (box) => {
      await runs(box, 'stty size')
      assert.equal(await ends(box, 0), '31 97')
    }),
  )

  it(
    'passes on a change of its size',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(
        box,
        'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.01; done',
      )
      await until('the program is ready', () => terminal.shown().includes('ready'))
      execFileSync('stty', ['-F', terminal.device, 'rows', '40']) // one change: stty makes one each
      assert.equal(await ends(box, 0), 'ready\n40 97')
    }),
  )

  it(
    'ends the input at ^D',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'stty -echo; echo ready; cat; echo after')
      await until('the program is ready', () => terminal.shown().includes('ready'))
      terminal.type('a line\r\x04')
      assert.equal(await ends(box, 0), 'ready\na line\nafter')
    }),
  )

  for (const [name, key, signal] of [
    ['^C', '\x03', 'INT'],
    ['^\\', '\x1c', 'QUIT'],
  ] as const)
    it(
      `makes ${name} a signal of the program`,
      inBox(onTerminal, async (box) => {
        const terminal = await runs(
          box,
          `trap "echo caught; exit 8" ${signal}; stty -echo; ${waiting}`,
        )
        await until('the program is ready', () => terminal.shown().includes('ready'))
        terminal.type(key)
        assert.match(await ends(box, 8), /ready\n(.*\n)?caught$/)
      }),
    )

  it(
    'is given back when a signal ends the program',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'echo ready; exec sleep 1000')
      await until('the program is ready', () => terminal.shown().includes('ready'))
      process.kill(terminal.shim, 'SIGTERM')
      assert.equal(await ends(box, 143), 'ready')
    }),
  )

  it(
    'is given back when we hang up',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'echo ready; exec sleep 1000')
      await until('the program is ready', () => terminal.shown().includes('ready'))
      box.shim.hangUp()
      assert.equal(await ends(box, 125), 'ready')
    }),
  )

  it(
    'is raw again after a stop',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'echo ready; read -r line; exit 3')
      await until('the program is ready', () => terminal.shown().includes('ready'))
      const raw = terminal.modes()
      process.kill(terminal.shim, 'SIGSTOP')
      execFileSync('stty', ['-F', terminal.device, 'sane'])
      process.kill(terminal.shim, 'SIGCONT')
      await until('it is raw again', () => terminal.modes() === raw)
      terminal.type('\r')
      await ends(box, 3)
    }),
  )

  it(
    'takes much that is pasted, and shows much',
    inBox(onTerminal, async (box) => {
      const lines = Array.from({ length: 4000 }, (_, index) => `line ${index} of what is pasted\n`)
      const terminal = await runs(
        box,
        'stty -echo; echo ready; head -n 4000 > /tmp/all; sha256sum < /tmp/all; cat /tmp/all',
      )
      await until('the program is ready', () => terminal.shown().includes('ready'))
      terminal.type(lines.join('').replaceAll('\n', '\r'))
      const hash = createHash('sha256').update(lines.join('')).digest('hex')
      assert.equal(await ends(box, 0), `ready\n${hash}  -\n${lines.join('').trim()}`)
    }),
  )

  it(
    'that goes away takes the program with it',
    inBox(onTerminal, async (box) => {
      const terminal = await runs(box, 'echo ready; exec sleep 1000')
      await until('the program is ready', () => terminal.shown().includes('ready'))
      box.shim.process.kill('SIGKILL')
      assert.equal(await within('the end of script', box.shim.ended), 'SIGKILL')
    }),
  )
})

describe('a console without a terminal outside', () => {
  it(
    'gets what comes on stdin, and its end as ^D',
    inBox(
      { stdio: ['null', 'null', 'null'], shim: { stdio: ['pipe', 'pipe', 'pipe'] } },
      async (box) => {
        await box.start()
        const script = 'stty -echo; echo ready; cat; echo after'
        const ops = [devpts, ['console', 20, 70], ['pivot'], ['gate'], shell(script)] as const
        await box.perform([...enterOps(box.rootfs), ...ops])
        assert.equal((await box.shim.request(['run'])).name, 'started')
        await until('the program is ready', () => box.shim.stdout().includes('ready'))
        box.shim.process.stdin?.end('one\ntwo')
        assert.equal(await within('the end of the shim', box.shim.ended), 0)
        assert.equal(box.shim.stdout().toString(), 'ready\r\none\r\ntwoafter\r\n')
      },
    ),
  )
})
