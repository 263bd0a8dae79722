// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { listFiles, writeIfChanged } from './files.mjs'
import { findProgram } from './packages.mjs'
import { at, dist } from './paths.mjs'
import { command } from './steps.mjs'
import { sources } from './types.mjs'

/** @typedef {import('./steps.mjs').Step} Step */

const source = at('native-shim/src')
const gen = join(dist, 'gen')
const generator = join(dist, 'js/native-shim/generate.js')
const tablePrinter = join(dist, 'js/cli/launch-table-print.js')
const machine = process.arch === 'arm64' ? 'arm64' : 'x64'
const crossCompiler = 'aarch64-linux-gnu-gcc'

/**
 * C headers that are made from the TypeScript tables. Only those which changed are written: make
 * goes by time.
 *
 * @returns {Step | undefined}
 */
export function headersStep() {
  if (!existsSync(generator)) return undefined
  return {
    name: 'headers',
    inputs: sources().filter((path) => !path.startsWith(at('test/'))),
    outputs: [gen],
    run() {
      mkdirSync(gen, { recursive: true })
      const fresh = mkdtempSync(join(dist, 'gen-'))
      try {
        const table = execFileSync(process.execPath, [tablePrinter], { encoding: 'utf8' })
        writeFileSync(join(fresh, 'launch-table.json'), table)
        command([process.execPath, '--enable-source-maps', generator, fresh])
        for (const path of listFiles([fresh])) {
          writeIfChanged(join(gen, basename(path)), readFileSync(path))
        }
      } finally {
        rmSync(fresh, { recursive: true })
      }
    },
  }
}

/** The binary for this machine, in dist/bin and dist/linux-ARCH. @returns {Step | undefined} */
export const nativeStep = () =>
  makeStep('native', {
    arguments: [`OUT=${dist}`],
    outputs: [join(dist, 'bin/tsbuild'), packaged(machine)],
    after: () => copyProgram(join(dist, 'bin/tsbuild'), packaged(machine)),
  })

/** The same for arm64, where there is a compiler for it. @returns {Step | undefined} */
export function crossStep() {
  if (machine === 'arm64') return undefined
  if (findProgram(crossCompiler) === undefined) {
    console.log(`native arm64     left out: no ${crossCompiler}`)
    return undefined
  }
  return makeStep('native arm64', {
    arguments: [`OUT=${dist}`, 'ARCH=arm64', `CC=${crossCompiler}`],
    outputs: [packaged('arm64')],
  })
}

/** With address and undefined sanitizers, in dist/asan. @returns {Step | undefined} */
export const sanitizerStep = () =>
  makeStep('native asan', {
    arguments: [`OUT=${join(dist, 'asan')}`, 'ASAN=1'],
    outputs: [join(dist, 'asan/bin/tsbuild-shim')],
  })

/** @param {'x64' | 'arm64'} architecture */
const packaged = (architecture) => join(dist, `linux-${architecture}`, 'tsbuild')

/**
 * @param {string} name
 * @param {{ arguments: string[], outputs: string[], after?: () => void }} target
 * @returns {Step | undefined}
 */
function makeStep(name, { arguments: args, outputs, after }) {
  if (!existsSync(join(source, 'Makefile'))) return undefined
  return {
    name,
    inputs: listFiles([source, gen]),
    salt: JSON.stringify([args, process.env['CC'], process.env['CFLAGS']]),
    outputs,
    run() {
      command(['make', '--no-print-directory', '-s', '-C', source, `GEN=${gen}`, ...args])
      after?.()
      const missing = outputs.filter((path) => !existsSync(path))
      if (missing.length > 0) throw new Error(`make did not write ${missing.join(', ')}`)
    },
  }
}

/** @param {string} from @param {string} to */
function copyProgram(from, to) {
  writeIfChanged(to, readFileSync(from), 0o755)
  chmodSync(to, 0o755)
}
