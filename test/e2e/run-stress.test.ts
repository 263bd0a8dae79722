// SPDX-License-Identifier: Apache-2.0
/** Many runs on one store: at once in many containers, and one after the other in one. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { makeBase } from './support/builds.ts'
import { check, runArgs, shell } from './support/rows.ts'

/** `npm run stress` takes its time; here it is only seen that the test works. */
const isFull = process.env['TSBUILD_TEST_STRESS'] !== undefined
const atOnce = isFull ? 100 : 20
const inARow = isFull ? 1000 : 40

const timeoutMs = 600_000

describe('runs on one store', () => {
  matrix(`${atOnce} at once, each in a container of its own`, runAtOnce)
  matrix(`${inARow} in a row, in one container`, runInARow)
})

async function runAtOnce(user: TestUser): Promise<void> {
  const containers = await makeContainers(user, atOnce)
  const before = storeOf(user)
  const runs = containers.map(async (container, at) => {
    const args = runArgs(container, shell(`echo ${at} >/mine; cat /mine; exit ${at}`))
    check(args, await user.tsbuild(args, { timeoutMs }), { code: at, stdout: `${at}\n` })
  })
  await Promise.all(runs)
  assert.deepEqual(storeOf(user), before)
  for (const [at, container] of containers.entries()) {
    const args = runArgs(container, ['cat', '/mine'])
    check(args, await user.tsbuild(args), { stdout: `${at}\n` })
  }
}

async function runInARow(user: TestUser): Promise<void> {
  const [container = ''] = await makeContainers(user, 1)
  const before = storeOf(user)
  for (let round = 1; round <= inARow; round++) {
    const args = runArgs(container, shell(`echo ${round} >>/rounds; wc -l </rounds`))
    check(args, await user.tsbuild(args), { stdout: `${round}\n` })
  }
  assert.deepEqual(storeOf(user), before)
}

async function makeContainers(user: TestUser, count: number): Promise<readonly string[]> {
  await makeBase(user)
  const names = Array.from({ length: count }, (_, at) => `c${at}`)
  for (const name of names) await user.ok(['from', '--name', name, 'busybox'])
  await user.ok(runArgs(names[0] ?? '', ['true'])) // compiles the machine's seccomp profile
  return names
}

/** What there is, but for what the containers hold, and their locks, made at the first use. */
function storeOf({ root }: TestUser): readonly string[] {
  return readdirSync(root)
    .filter((name) => name !== 'locks')
    .flatMap((name) => [name, ...list(join(root, name)).map((entry) => `${name}/${entry}`)])
    .sort()
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path)
  } catch {
    return [] // a file
  }
}
