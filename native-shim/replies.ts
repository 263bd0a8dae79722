// SPDX-License-Identifier: Apache-2.0
import type { Reply } from './messages.ts'
import { ShimError } from './shim-error.ts'

/** A reply that is no error. @throws ShimError */
export function accepted(reply: Reply): Reply {
  if (reply.name === 'error') throw new ShimError(reply)
  return reply
}

/** A reply of that name. @throws RangeError for another */
export function expect<Name extends Reply['name']>(
  reply: Reply,
  name: Name,
): Extract<Reply, { name: Name }> {
  if (reply.name !== name) throw unexpected(reply, name)
  return reply as Extract<Reply, { name: Name }>
}

export const unexpected = (reply: Reply, wanted = 'an answer to ops') =>
  new RangeError(`expected ${wanted}, got ${JSON.stringify(reply)}`)
