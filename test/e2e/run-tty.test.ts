// SPDX-License-Identifier: Apache-2.0
/** A person at a terminal: shells, keys, window sizes, and the terminal as it was afterwards. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { descendants } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { openWindow, type Window } from './support/window.ts'

const needs = ['program:tmux'] as const

describe('a terminal', () => {
  matrix('has an interactive shell, its size, its keys, and its end', useShell, { needs })
  matrix('has job control, and programs that take each key', useKeys, { needs })
  matrix('ends a program that does not care by Ctrl-C', endByKey, { needs })
  matrix('is as it was, however a run ends', checkModes, { needs })
  matrix('is only for what is not redirected', redirect, { needs })
})

/** A window, and a container named `c`. */
async function sit(user: TestUser): Promise<Window> {
  await user.ok(['from', '--name', 'c', await baseImage(user)])
  return openWindow(user)
}

async function baseImage(user: TestUser): Promise<string> {
  await user.ok(['commit', '--quiet', await user.container('busybox'), 'base'])
  return 'base'
}

const run = '$t run --network none'

async function useShell(user: TestUser): Promise<void> {
  await using window = await sit(user)
  await window.enter(`${run} -e 'PS1=inside> ' c sh; echo left $?`)
  await window.shows(/^inside>$/m)
  await window.enter('stty size; tty; echo $TERM')
  await window.shows(/^24 80\n\/dev\/pts\/0\nxterm\ninside>$/m)

  await window.resize(100, 30)
  await window.enter('clear; until test "$(stty size)" = "30 100"; do :; done; echo grown')
  await window.shows(/^grown\ninside>$/m)

  await window.enter('clear; sleep 1000; echo slept $?')
  await sleeping(window)
  await window.type('C-c')
  await window.shows(/\^C\ninside>$/m)
  await window.enter('echo still $((40 + 2))')
  await window.shows(/^still 42\ninside>$/m)

  await window.enter('read word; echo "<$word>"')
  await window.enter('typed')
  await window.shows(/^<typed>\ninside>$/m)
  await window.type('C-d')
  await window.shows(/^left \d+\nhost>$/m)
}

/** Stopped and continued by the container's shell; an editor sees keys as they are typed. */
async function useKeys(user: TestUser): Promise<void> {
  await using window = await sit(user)
  await window.enter(`${run} -e 'PS1=inside> ' c sh; echo left $?`)
  await window.shows(/^inside>$/m)
  await window.enter('sleep 1000')
  await sleeping(window)
  await window.type('C-z')
  await window.shows(/Stopped +sleep 1000\ninside>$/m)
  await window.enter('clear; jobs; fg')
  await window.shows(/Stopped.*\nsleep 1000$/m)
  await window.type('C-c')
  await window.shows(/\^C\ninside>$/m)

  await window.enter('clear; stty -a | grep -o -e "rows [0-9]*" -e "[-]*icanon"')
  await window.shows(/^rows 24\nicanon\ninside>$/m)
  await window.enter('vi /tmp/text')
  await window.shows(/^~$[\s\S]*\/tmp\/text/m)
  await window.type('i', 'o', 'n', 'e', 'Enter', 'x', 'BSpace', 't', 'w', 'o', 'Escape')
  await window.shows(/^one\ntwo\n[\s\S]*^- \/tmp\/text/m)
  await window.type('k', 'A', '!', 'Escape') // no arrows: their sequences must not be split
  await window.shows(/^one!\ntwo\n[\s\S]*^- \/tmp\/text/m)
  await window.resize(70, 20)
  await window.shows(/^one!\ntwo\n~$/m)
  await window.type(':', 'w', 'q', 'Enter')
  await window.enter('clear; cat /tmp/text; stty size; stty -a | grep -o -e "[-]*icanon"')
  await window.shows(/^one!\ntwo\n20 70\nicanon\ninside>$/m)
  await window.enter('exit 3')
  await window.shows(/^left 3\nhost>$/m)
}

/** Keys too are for the program alone; it is process 1 and would not die of what they send. */
async function endByKey(user: TestUser): Promise<void> {
  await using window = await sit(user)
  for (const [key, status] of [
    ['C-c', 130],
    ['C-\\', 131],
  ] as const) {
    await window.enter(`clear; ${run} -t c sleep 1000; echo status $?`)
    await sleeping(window)
    await window.type(key)
    await window.shows(new RegExp(`^(\\^.)?status ${status}\\nhost>$`, 'm'))
  }
  const trap = 'trap "echo caught; exit 9" INT; while :; do sleep 1; done'
  await window.enter(`clear; ${run} -t c sh -c '${trap}'; echo status $?`)
  await sleeping(window)
  await window.type('C-c')
  await window.shows(/caught\nstatus 9\nhost>$/m)
}

interface Leaving {
  readonly name: string
  readonly line: string
  /** Done when the program sleeps; without it the line ends by itself. */
  readonly end?: (launcher: number) => void
}

const leavings: readonly Leaving[] = [
  { name: 'by itself', line: `${run} -t c stty raw -echo` },
  { name: 'with an error', line: `${run} -t c no-such-program` },
  {
    name: 'by SIGTERM',
    line: `${run} -t c sleep 1000`,
    end: (pid) => process.kill(pid, 'SIGTERM'),
  },
  { name: 'by SIGHUP', line: `${run} -t c sleep 1000`, end: (pid) => process.kill(pid, 'SIGHUP') },
  { name: 'with its reader gone', line: `${run} -t c yes | head -c 3` },
]

async function checkModes(user: TestUser): Promise<void> {
  await using window = await sit(user)
  await window.enter('before=$(stty -g)')
  for (const { name, line, end } of leavings) {
    await window.enter(`clear; ${line}; test "$(stty -g)" = "$before"; echo ${name}: same $?`)
    if (end !== undefined) end(await sleeping(window))
    const screen = await window.shows(new RegExp(`^${name}: same \\d+$`, 'm'))
    assert.match(screen, /: same 0$/m)
  }
}

async function redirect(user: TestUser): Promise<void> {
  await using window = await sit(user)
  const tests = 'for fd in 0 1 2; do test -t $fd; echo $?; done'
  const out = `${user.directory}/out`
  await window.enter(`clear; ${run} c sh -c '${tests}' >${out}; tr '\\r\\n' '. ' <${out}`)
  await window.shows(/^0\. 0\. 0\. host>$/m)
  await window.enter(`clear; echo word | ${run} c sh -c 'cat; ${tests}' | tr '\\n' ' '`)
  await window.shows(/^word 1 1 1 host>$/m)
}

/** @returns the launcher of the run whose program sleeps: the parent of its guard */
async function sleeping(window: Window): Promise<number> {
  return until('the program sleeps', () => {
    const below = descendants(window.pid)
    const program = below.find(({ name }) => name === 'sleep')
    return below.find(({ pid }) => pid === program?.parent)?.parent
  })
}
