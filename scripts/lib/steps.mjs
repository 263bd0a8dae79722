// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { digestOf, writeIfChanged } from './files.mjs'
import { repository } from './paths.mjs'

/**
 * @typedef {object} Step
 * @property {string} name what the line on the screen says
 * @property {readonly string[]} inputs files whose names and bytes decide whether to run
 * @property {string} [salt] other things that decide
 * @property {readonly string[]} outputs a missing one means: run
 * @property {() => void | Promise<void>} run throws when it failed
 */

/**
 * Runs what is out of date, in order. A failed step is reported and the next ones still run: all
 * mistakes are seen at once.
 *
 * @param {string} stampFile remembers the inputs of each step that succeeded
 * @param {readonly (() => Step | undefined)[]} makers called just before their step
 * @returns {Promise<string[]>} names of the steps that failed
 */
export async function runSteps(stampFile, makers) {
  const failed = []
  for (const make of makers) {
    const step = make()
    if (step !== undefined && !(await runStep(stampFile, step))) failed.push(step.name)
  }
  return failed
}

/** @param {string} stampFile @param {Step} step */
async function runStep(stampFile, { name, inputs, salt, outputs, run }) {
  const digest = digestOf(inputs, salt)
  if (readStamps(stampFile)[name] === digest && outputs.every((path) => existsSync(path))) {
    report(name, 'up to date')
    return true
  }
  const start = performance.now()
  try {
    await run()
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n')
    report(name, `FAILED: ${reason}`)
    return false
  }
  writeIfChanged(stampFile, JSON.stringify({ ...readStamps(stampFile), [name]: digest }))
  report(name, `${((performance.now() - start) / 1000).toFixed(2)} s`)
  return true
}

/** @param {string} file @returns {Record<string, string>} */
function readStamps(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/** @param {string} name @param {string} text */
const report = (name, text) => console.log(`${name.padEnd(16)} ${text}`)

/**
 * Runs a program with our own output streams.
 *
 * @param {readonly string[]} argv
 * @param {{ env?: Record<string, string | undefined>, cwd?: string }} [options]
 * @throws Error naming the program if it cannot be started or ends with another status than 0
 */
export function command([program = '', ...args], { env = {}, cwd = repository } = {}) {
  const child = spawnSync(program, args, {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  if (child.error) throw new Error(`cannot start ${program}: ${child.error.message}`)
  if (child.status === 0) return
  throw new Error(`${program} ended with ${child.signal ?? `status ${child.status}`}`)
}
