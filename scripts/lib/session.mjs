// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'

/**
 * @typedef {object} Outcome
 * @property {number} status as a shell would show it
 * @property {string} stdout
 */

/**
 * Shows commands as they are typed, what they print, and how long they take.
 *
 * @param {{ program: string, shown: string, options: readonly string[] }} target the program,
 *   what is shown in its place, and what stands before each command and is not shown
 */
export function openSession({ program, shown, options }) {
  /** @type {{ part: string, ms: number }[]} */
  const times = []
  /** @type {string[]} */
  const refusals = []
  /** @type {string[]} */
  const surprises = []

  /**
   * Runs one command. Status 125 is the program's own "I could not": it has said why and what to
   * do. Another status than `expect` is a mistake of ours.
   *
   * @param {string} part which line of the table its time goes to
   * @param {readonly string[]} args
   * @param {{ expect?: number, refusable?: boolean }} [options]
   * @returns {Outcome}
   */
  function run(part, args, { expect = 0, refusable = true } = {}) {
    const line = [shown, ...args].map(quoted).join(' ')
    console.log(`\n$ ${line}`)
    const start = performance.now()
    const { status, stdout } = show(program, [...options, ...args])
    const ms = performance.now() - start
    add(part, ms)
    console.log(`  [${status === 0 ? '' : `status ${status}, `}${Math.round(ms)} ms]`)
    if (status !== expect) (refusable && status === 125 ? refusals : surprises).push(line)
    return { status, stdout }
  }

  /** Runs a command and shows nothing. @param {readonly string[]} args */
  const quietly = (args) => spawnSync(program, [...options, ...args], { stdio: 'ignore' })

  /** @param {string} part @param {number} ms */
  function add(part, ms) {
    const row = times.find((time) => time.part === part)
    if (row === undefined) times.push({ part, ms })
    else row.ms += ms
  }

  const typed = [program, ...options].map(quoted).join(' ')
  return { run, quietly, add, typed, times, refusals, surprises }
}

/** @param {string} program @param {readonly string[]} args @returns {Outcome} */
function show(program, args) {
  const child = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  })
  if (child.error) throw new Error(`cannot run ${program}: ${child.error.message}`)
  process.stdout.write(indented(child.stdout + child.stderr))
  return { status: child.status ?? 128, stdout: child.stdout }
}

/** @param {string} text */
const indented = (text) => text.replace(/^(?=.)/gm, '  ').replace(/([^\n])$/, '$1\n')

/** @param {string} word */
const quoted = (word) =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/**
 * Each part with its time, and all together.
 *
 * @param {readonly { part: string, ms: number }[]} times
 */
export function timeTable(times) {
  const width = Math.max(...times.map(({ part }) => part.length))
  const seconds = (/** @type {number} */ ms) => `${(ms / 1000).toFixed(2).padStart(7)} s`
  const total = times.reduce((sum, { ms }) => sum + ms, 0)
  return [...times, { part: 'together', ms: total }]
    .map(({ part, ms }) => `  ${part.padEnd(width)} ${seconds(ms)}`)
    .join('\n')
}
