// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the suites; scripts/test.mjs starts it, as root in a mount namespace of its own.
 *
 *   node dist/js/test/harness/main.js [SUITE [WORD…]]     only files whose names hold a WORD
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { makeEnvironment, removeEnvironment } from './environment.ts'
import { factsVariable } from './facts.ts'
import { fenceOf, namespaceFence } from './fence.ts'
import { repository } from './repository.ts'
import { runFiles } from './schedule.ts'
import { createSummary, type Summary } from './summary.ts'

interface Suite {
  readonly name: string
  /** Below dist/js/test, if it is not the name. */
  readonly folder?: string
  /** Whether it runs the installed command, as several users. */
  readonly needsEnvironment: boolean
  /** Whether it is run as root, if only as that of a user namespace, where our code runs too. */
  readonly asRoot?: true
  readonly env?: Readonly<Record<string, string>>
}

const suites: readonly Suite[] = [
  { name: 'tidy', needsEnvironment: false },
  { name: 'unit', needsEnvironment: false, asRoot: true },
  { name: 'shim', needsEnvironment: true },
  {
    name: 'sanitizers',
    folder: 'shim',
    needsEnvironment: true,
    env: { TSBUILD_TEST_SHIM: join(repository, 'dist/asan/bin/tsbuild') },
  },
  { name: 'e2e', needsEnvironment: true },
  { name: 'conformance', needsEnvironment: true },
]

const compiled = join(repository, 'dist/js/test')
const isPrivate = process.env['TSBUILD_TEST_PRIVATE'] === '1'

process.exitCode = await main(process.argv.slice(2))

async function main([only, ...words]: readonly string[]): Promise<number> {
  const chosen = suites.filter(({ name }) => only === undefined || name === only)
  if (chosen.length === 0) {
    console.error(`no suite ${only}; there are: ${suites.map(({ name }) => name).join(' ')}`)
    return 1
  }
  const summary = createSummary(process.env['CI'] === 'true')
  let environment: string | undefined
  try {
    for (const suite of chosen) {
      const files = testFiles(suite, words)
      if (files.length === 0) continue
      if (suite.needsEnvironment) environment ??= makeEnvironment(isPrivate)
      await runSuite(suite, { files, summary, environment })
    }
  } finally {
    if (environment !== undefined) removeEnvironment(environment)
  }
  const { text, ok } = summary.end()
  console.log(text)
  return ok ? 0 : 1
}

interface Work {
  readonly files: readonly string[]
  readonly summary: Summary
  readonly environment: string | undefined
}

async function runSuite(suite: Suite, { files, summary, environment }: Work): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'tsbuild-reports-'))
  const facts = environment === undefined ? {} : { [factsVariable]: environment }
  const env = { ...process.env, ...facts, ...suite.env }
  const shown = (file: string) => join(suite.name, relative(folderOf(suite), file))
  const done = (result: Parameters<Summary['add']>[0]) =>
    console.log(summary.add({ ...result, file: shown(result.file) }))
  try {
    const fence = environment === undefined ? rootFence(suite) : fenceOf(environment, isPrivate)
    await runFiles({ files, concurrency: 2, fence, env, scratch, done })
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

function rootFence({ asRoot }: Suite): readonly string[] {
  return asRoot === true && process.getuid?.() !== 0 ? namespaceFence() : []
}

function folderOf({ name, folder = name }: Suite): string {
  return join(compiled, folder)
}

function testFiles(suite: Suite, words: readonly string[]): string[] {
  const folder = folderOf(suite)
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .map((name) => join(folder, name))
    .sort()
}
