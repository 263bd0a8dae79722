// SPDX-License-Identifier: Apache-2.0
/** Hooks of a RUN step, given to Debian's buildah with runc and to us. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { lacking } from '../harness/requires.ts'
import { openUser, type TestUser } from '../harness/user.ts'
import { buildahTool, makeBase, ourTool, type Tool } from './run-options/tools.ts'
import { removeFromMemory } from './support/in-memory.ts'

const stages = ['prestart', 'createRuntime', 'createContainer', 'poststart', 'poststop'] as const

/** What a hook sees that does not change from one tool or run to the next. */
const script = `#!/bin/sh
exec >"$0.$1"
echo "$WORD $#"; env | wc -l; id -u
for type in net uts ipc; do
  theirs=$(readlink /proc/$HOST/ns/$type)
  [ "$(readlink /proc/self/ns/$type)" = "$theirs" ] && echo host || echo own
done
cat
`

interface Seen {
  readonly lines: readonly string[]
  readonly hasPid: boolean
  readonly isFirst: boolean
  readonly keys: readonly string[]
}

function seen(text: string): Seen {
  const lines = text.trimEnd().split('\n')
  const state: Readonly<Record<string, unknown>> = JSON.parse(lines.at(-1) ?? '')
  const { pid } = state
  // We always say what annotations there are; what the status is called when, runc has wrong.
  const keys = Object.keys(state).filter((key) => key !== 'annotations')
  return {
    lines: lines.slice(0, -1),
    hasPid: typeof pid === 'number',
    isFirst: pid === 1,
    keys: keys.sort(),
  }
}

/** Builds an image whose step has a hook of each stage; what these saw. */
async function perform(tool: Tool, folder: string): Promise<Readonly<Record<string, Seen>>> {
  mkdirSync(join(folder, 'hooks'), { recursive: true })
  const program = join(folder, 'hook')
  writeFileSync(program, script)
  chmodSync(program, 0o755)
  for (const stage of stages) {
    const env = ['WORD=word', 'PATH=/usr/bin:/bin', `HOST=${process.pid}`]
    const hook = { path: program, args: [program, stage], env, timeout: 20 }
    const file = { version: '1.0.0', hook, when: { commands: ['sh$'] }, stages: [stage] }
    writeFileSync(join(folder, 'hooks', `${stage}.json`), JSON.stringify(file))
  }
  writeFileSync(join(folder, 'Containerfile'), 'FROM localhost/base\nRUN true\n')
  const args = ['build', '--network', 'none', '--hooks-dir', join(folder, 'hooks'), folder]
  const { code, stderr } = await tool.run(args)
  assert.equal(code, 0, stderr)
  return Object.fromEntries(
    stages.map((stage) => [stage, seen(readFileSync(`${program}.${stage}`, 'utf8'))]),
  )
}

async function compare(user: TestUser): Promise<void> {
  const oracle = join(user.directory, 'oracle')
  const [theirs, ours] = [buildahTool(user, oracle), ourTool(user)]
  try {
    await Promise.all([makeBase(theirs), makeBase(ours)])
    const want = await perform(theirs, join(user.directory, 'theirs'))
    assert.deepEqual(await perform(ours, join(user.directory, 'ours')), want)
  } finally {
    removeFromMemory(oracle)
  }
}

describe('hooks, as runc runs them for buildah', () => {
  const skip = lacking('kind:root', 'program:buildah', 'program:runc')
  it('are told the same in the same namespaces', skip === undefined ? {} : { skip }, async () => {
    await using user = openUser('root')
    await compare(user)
  })
})
