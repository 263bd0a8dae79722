// SPDX-License-Identifier: Apache-2.0
/** Small Containerfiles, each built by Debian's buildah and by us: the same image, or no image. */
import assert from 'node:assert/strict'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { facts } from '../harness/facts.ts'
import { leftovers, type Survey, survey } from '../harness/leftovers.ts'
import { lacking } from '../harness/requires.ts'
import { failureText, openUser, type TestUser } from '../harness/user.ts'
import { type BuildCase, fixture, makeContext, readBuildCases } from './support/build-cases.ts'
import { type Builder, buildahBuilder, removeMounts, tsbuildBuilder } from './support/builders.ts'
import { assertSame, type Exclusion } from './support/compare-images.ts'
import { makeInMemory, removeFromMemory } from './support/in-memory.ts'

const exclusions: readonly Exclusion[] = [
  { path: /^$/, reason: 'buildah’s layers have no entry for the root directory' },
  {
    path: /^run$/,
    field: 'mtimeSeconds',
    reason: 'buildah makes a file in it, and takes it away',
  },
]

interface Bench {
  readonly user: TestUser
  readonly ours: Builder
  readonly theirs: Builder
  readonly before: Survey
  /** What is older was copied: the contexts' files are all of the past. */
  readonly builtSince: Date
}

const reason = lacking('root', 'program:buildah', 'program:runc')
const cases = readBuildCases()
let bench: Bench | undefined

describe('a Containerfile', { ...(reason === undefined ? {} : { skip: reason }) }, () => {
  before(async () => {
    bench = await open()
  })
  after(() => close())

  it('has at least forty cases', () => assert.ok(cases.length >= 40))
  describe('gives the same image', { concurrency: 2 }, () => {
    for (const one of cases) {
      for (const layers of one.layers) {
        const title = layers ? `${one.title}, a layer an instruction` : one.title
        it(title, () => check(one, layers))
      }
    }
  })
  it('leaves nothing behind', async () => {
    const { user, before } = opened()
    removeOracle(user)
    assert.deepEqual(await leftovers(before, user), [])
  })
})

const oracleFolder = (user: TestUser): string => join(user.directory, 'oracle')

function removeOracle(user: TestUser): void {
  removeMounts(oracleFolder(user))
  removeFromMemory(oracleFolder(user))
}

async function open(): Promise<Bench> {
  const before = survey()
  const user = openUser('root')
  const theirs = buildahBuilder(makeInMemory(oracleFolder(user)), 'none')
  const ours = tsbuildBuilder(user, { folder: user.directory, network: 'none' })
  const context = join(user.directory, 'base')
  makeContext(fixture('base'), context)
  copyFileSync(facts().busyboxArchive, join(context, 'busybox.tar'))
  const builtSince = new Date()
  const request = { context, name: 'localhost/base', layers: false, args: [] }
  for (const builder of [theirs, ours]) {
    const result = await builder.build(request)
    assert.equal(result.code, 0, failureText(['build the base'], result))
  }
  return { user, ours, theirs, before, builtSince }
}

async function close(): Promise<void> {
  if (bench === undefined) return
  removeOracle(bench.user)
  await bench.user[Symbol.asyncDispose]()
}

function opened(): Bench {
  assert.ok(bench !== undefined)
  return bench
}

async function check(one: BuildCase, layers: boolean): Promise<void> {
  const { user, ours, theirs, builtSince } = opened()
  const name = one.folder.slice(one.folder.lastIndexOf('/') + 1) + (layers ? '-layers' : '')
  const folder = join(user.directory, 'contexts', name)
  makeContext(one.folder, folder)
  const request = { context: folder, name: `localhost/${name}`, layers, args: one.args }
  const [mine, other] = await Promise.all([ours.build(request), theirs.build(request)])
  const words = `${failureText(['tsbuild'], mine)}\n${failureText(['buildah'], other)}`
  if (one.want === 'status') assert.equal(mine.code, other.code, words)
  if (one.want !== 'same') return assert.ok(mine.code !== 0 && other.code !== 0, words)
  assert.ok(mine.code === 0 && other.code === 0, words)
  const images = [ours.image(request.name), theirs.image(request.name)] as const
  const [left, right] = await Promise.all(images)
  assertSame({ ours: left, theirs: right }, { builtSince, exclusions })
}
