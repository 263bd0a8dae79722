// SPDX-License-Identifier: Apache-2.0
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Running, RunOptions } from '../../harness/child.ts'
import { facts } from '../../harness/facts.ts'
import { repository } from '../../harness/repository.ts'
import type { TestUser } from '../../harness/user.ts'
import type { Orders, Report } from './step-driver.ts'

/** Starts steps under the real launcher, as a build does. */
export function startSteps(
  user: TestUser,
  orders: Omit<Orders, 'root' | 'runroot'>,
  options?: RunOptions,
): Running {
  const { root, runroot } = user
  const limit = ['prlimit', '--nofile=256:256'] // so few that a test can use them up
  const argv = [program(), 'run', JSON.stringify({ root, runroot, ...orders })]
  return user.spawn([...limit, ...argv], options)
}

/** Runs them to their end. @throws Error with what the driver said, if it came to no report */
export async function runSteps(
  user: TestUser,
  orders: Omit<Orders, 'root' | 'runroot'>,
): Promise<readonly Report[]> {
  const { code, stdout, stderr } = await startSteps(user, orders).result
  if (code !== 0) throw new Error(`the driver ended with ${code}: ${stderr}`)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
}

let made: string | undefined

/** The native binary with the driver as its script, where every test user can read it. */
function program(): string {
  made ??= makeProgram(mkdtempSync(join(facts().directory, 'steps-')))
  return made
}

function makeProgram(folder: string): string {
  const driver = 'test/e2e/support/step-driver.js'
  for (const part of ['core', 'images', 'native-shim', driver, 'package.json'])
    cpSync(join(repository, 'dist/js', part), join(folder, part), { recursive: true })
  for (const part of ['bin', 'lib']) mkdirSync(join(folder, part))
  writeFileSync(join(folder, 'lib/main.cjs'), `import('../${driver}')\n`)
  copyFileSync(join(repository, 'dist/bin/tsbuild'), join(folder, 'bin/tsbuild'))
  chmodSync(folder, 0o755)
  return join(folder, 'bin/tsbuild')
}
