// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { kinds as allKinds, type Kind } from './facts.ts'
import { leftovers, newProcesses, type Survey, survey } from './leftovers.ts'
import { lacking, type Requirement } from './requires.ts'
import { openUser, type TestUser } from './user.ts'

export interface CaseOptions {
  /** Who runs it: all three if not given. */
  readonly kinds?: readonly Kind[]
  readonly needs?: readonly Requirement[]
}

/**
 * One end-to-end case, run as each kind of user, each time with an empty store.
 *
 * When the case is done, whether it passed or not, everything that it left behind is looked for:
 * processes, mounts, temporary files, run state, locks. Anything found fails the test.
 *
 *     matrix('the exit status is the program’s', async (user) => {
 *       const container = await user.container('busybox')
 *       const { code } = await user.tsbuild(['run', container, '--', 'sh', '-c', 'exit 42'])
 *       assert.equal(code, 42)
 *     })
 */
export function matrix(
  title: string,
  body: (user: TestUser) => Promise<void>,
  { kinds = allKinds, needs = [] }: CaseOptions = {},
): void {
  for (const kind of kinds) {
    const skip = lacking(`kind:${kind}`, ...needs)
    it(`${title} [${kind}]`, skip === undefined ? {} : { skip }, () => runCase(kind, body))
  }
}

async function runCase(kind: Kind, body: (user: TestUser) => Promise<void>): Promise<void> {
  const before = survey()
  await using user = openUser(kind)
  try {
    await body(user)
    assert.deepEqual(await leftovers(before, user), [], 'nothing may be left behind')
  } finally {
    killLeftovers(before)
  }
}

/** A failed case must not make the next one fail. */
function killLeftovers(before: Survey): void {
  for (const { pid } of newProcesses(before)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended, or its parent, killed before, took it along.
    }
  }
}
