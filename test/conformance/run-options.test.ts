// SPDX-License-Identifier: Apache-2.0
/** Options of `from` and `run`, given to Debian's buildah and to us: the same result. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Kind } from '../harness/facts.ts'
import { lacking } from '../harness/requires.ts'
import { openUser, type TestUser } from '../harness/user.ts'
import { rows } from './run-options/all.ts'
import type { OptionRow } from './run-options/row.ts'
import {
  buildahTool,
  makeBase,
  makeHost,
  ourTool,
  perform,
  type Tool,
} from './run-options/tools.ts'
import { removeFromMemory } from './support/in-memory.ts'

interface Bench {
  readonly user: TestUser
  readonly ours: Tool
  readonly theirs: Tool
}

const oracleFolder = ({ directory }: TestUser) => join(directory, 'oracle')

for (const kind of ['root', 'subid'] as const) {
  const skip = lacking(`kind:${kind}`, 'program:buildah', 'program:runc')
  describe(`as buildah does [${kind}]`, { ...(skip && { skip }), concurrency: 2 }, () => {
    let bench: Bench | undefined
    const opened = () => bench ?? assert.fail('no bench')
    before(async () => {
      bench = await open(kind)
    })
    after(() => close(opened().user))
    for (const [index, row] of rows.filter(({ kinds }) => kinds?.includes(kind) ?? true).entries())
      it(row.name, () => check(opened(), row, index))
  })
}

async function open(kind: Kind): Promise<Bench> {
  const user = openUser(kind)
  const theirs = buildahTool(user, oracleFolder(user))
  const ours = ourTool(user)
  await Promise.all([makeBase(theirs), makeBase(ours)])
  return { user, ours, theirs }
}

async function close(user: TestUser): Promise<void> {
  removeFromMemory(oracleFolder(user))
  await user[Symbol.asyncDispose]()
}

async function check({ user, ours, theirs }: Bench, row: OptionRow, index: number): Promise<void> {
  const host = (tool: string) => makeHost(join(user.directory, `row-${index}-${tool}`), row, user)
  const got = await perform(ours, row, host('ours'))
  const want = await perform(theirs, row, host('theirs'))
  const all = `ours: ${JSON.stringify(got)}\nbuildah: ${JSON.stringify(want)}`
  if (row.refused) {
    assert.ok(got.code !== 0 && got.stdout === '', `we did not refuse it\n${all}`)
    assert.ok(want.code !== 0 && want.stdout === '', `buildah did not refuse it\n${all}`)
  } else if (row.differs !== undefined) {
    assert.match(`${got.code}\n${got.stdout}${got.stderr}`, row.differs.ours, all)
    assert.match(`${want.code}\n${want.stdout}${want.stderr}`, row.differs.theirs, all)
  } else {
    const { compare = (output: string) => output } = row
    assert.deepEqual([got.code, compare(got.stdout)], [want.code, compare(want.stdout)], all)
  }
}
