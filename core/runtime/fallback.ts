// SPDX-License-Identifier: Apache-2.0
import type { Op } from '../../native-shim/ops.ts'
import type { ShimError } from '../../native-shim/shim-error.ts'
import { boundNode } from './devices.ts'
import { MOUNT_ATTR, MS } from './kernel.ts'

/** What is done in place of an op that the kernel refused, and what the user is told of it. */
export interface Fallback {
  readonly ops: readonly Op[]
  readonly warning?: string
}

/**
 * The second way of an op that failed. Only where the result is the same for the program, or the
 * difference is told; isolation is never weakened.
 *
 * @returns undefined when there is none and the failure stands
 */
export function fallbackOf(op: Op | undefined, { code }: ShimError): Fallback | undefined {
  if (code !== 'EPERM' || op === undefined) return undefined
  if (op[0] === 'mknod') {
    const [, path, type, , major, minor] = op
    return { ops: [boundNode({ path, major, minor }, type)] }
  }
  if (op[0] === 'mount' && op[2] === 'proc') return outerProc(op[1])
  if (op[0] === 'mount' && op[2] === 'sysfs') return outerSys(op[1])
  return undefined
}

/**
 * The kernel gives no new procfs where a part of the outer one is masked ("mount too revealing",
 * mount_namespaces(7)): in a container that is not privileged.
 */
const outerProc = (target: string): Fallback => ({
  ops: [['bind', '/proc', target, 1, 0, 0, 0, MS.slave]],
  warning:
    '/proc of the outer container is shown: its process numbers do not match those inside; ' +
    'start the outer one with --security-opt unmask=ALL to get a /proc of its own',
})

const outerSys = (target: string): Fallback => ({
  ops: [['bind', '/sys', target, 1, 0, 0, MOUNT_ATTR.rdonly, MS.slave]],
})
