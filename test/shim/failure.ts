// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { it } from 'node:test'
import { CLONE, MS } from '../../core/runtime/kernel.ts'
import type { StdioMode } from '../../native-shim/messages.ts'
import type { Op } from '../../native-shim/ops.ts'
import { requires } from '../harness/requires.ts'
import { type Box, kinds as bothKinds, enterOps, inBox, type Kind } from './box.ts'
import { treeOf } from './rootfs.ts'
import { within } from './within.ts'

/** A way in which exactly this op fails. */
export interface Failure {
  /** Ends the sentence that begins with the op's name. */
  readonly name: string
  readonly kinds?: readonly Kind[]
  readonly root?: boolean
  readonly stdio?: readonly [StdioMode, StdioMode, StdioMode]
  /** Before the container is started. */
  readonly before?: (box: Box) => Promise<void> | void
  /** Without a root file system. */
  readonly bare?: true
  readonly early?: readonly Op[]
  readonly op: Op | ((box: Box) => Op)
  readonly errno: keyof typeof constants.errno
  readonly detail: string | RegExp | ((box: Box) => string)
}

export function testFailures(op: string, failures: readonly Failure[]): void {
  for (const failure of failures)
    for (const kind of failure.kinds ?? bothKinds) {
      const { name, stdio, root = false } = failure
      const options = { kind, ...(stdio === undefined ? {} : { stdio }) }
      const body = inBox(options, (box) => fail(box, failure))
      it(`${op} ${name} [${kind}]`, root ? requires('root') : {}, body)
    }
}

/** What an op list looks like when the op is the second of three. */
async function fail(box: Box, failure: Failure): Promise<void> {
  const { before, bare, early = [], op, errno, detail } = failure
  const { shim, rootfs } = box
  await before?.(box)
  await box.start()
  await box.perform([...(bare ? bareOps : enterOps(rootfs)), ...early])
  const tree = treeOf(rootfs)
  const wrong = typeof op === 'function' ? op(box) : op
  const [reply, ...more] = await shim.ops([['umask', 0o022], wrong, ['mkdir', '/after', 0o755]])
  assert.deepEqual(more, [])
  if (reply?.name !== 'error') assert.fail(`no error: ${JSON.stringify(reply)}`)
  const { where, index } = reply
  const code = Object.entries(constants.errno).find(([, number]) => number === reply.errno)?.[0]
  assert.deepEqual({ where, index, code }, { where: wrong[0], index: 1, code: errno })
  if (detail instanceof RegExp) assert.match(reply.detail, detail)
  else assert.equal(reply.detail, typeof detail === 'function' ? detail(box) : detail)
  assert.deepEqual(await shim.ops([['umask', 0o022]]), [{ name: 'done' }], 'init goes on')
  shim.hangUp()
  assert.equal(await within('the end of the shim', shim.ended), 125)
  assert.deepEqual(treeOf(rootfs), tree, 'nothing was made')
  assert.equal(shim.stderr(), '')
}

const bareOps: readonly Op[] = [
  ['unshare', CLONE.mount],
  ['propagation', '/', MS.rec | MS.slave],
]
