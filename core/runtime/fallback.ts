// SPDX-License-Identifier: Apache-2.0
import type { Op } from '../../native-shim/ops.ts'
import type { ShimError } from '../../native-shim/shim-error.ts'
import { boundNode } from './devices.ts'
import { MOUNT_ATTR, MS } from './kernel.ts'
import { type OuterOption, outerOptions, printOuter } from './outer-engine.ts'

/** What is done in place of an op that the kernel refused. */
export interface Fallback {
  readonly ops: readonly Op[]
  /** What is not as it should be; without it the program sees no difference. */
  readonly loss?: Loss
}

export interface Loss {
  /** What the program sees instead is the outer container's. */
  readonly what: string
  readonly regain: OuterOption
}

/**
 * The second way of an op that failed. Only where the result is the same for the program, or the
 * difference is told; isolation is never weakened.
 *
 * @returns undefined when there is none and the failure stands
 */
export function fallbackOf(op: Op | undefined, { code }: ShimError): Fallback | undefined {
  if (op === undefined) return undefined
  return table.find(({ codes, isMeant }) => codes.includes(code) && isMeant(op))?.instead(op)
}

/** One warning for all that was lost. */
export function lossesText(losses: readonly Loss[]): string {
  const lost = losses.map(({ what }) => what).join(' and ')
  const are = losses.length === 1 ? 'is that' : 'are those'
  const regain = printOuter(losses.map((loss) => loss.regain))
  return `${lost} inside ${are} of the container around us; start it with ${regain} to change that`
}

interface Row {
  readonly codes: readonly string[]
  readonly isMeant: (op: Op) => boolean
  readonly instead: (op: Op) => Fallback
}

const mountOf = (type: string) => (op: Op) => op[0] === 'mount' && op[2] === type

const PING_GROUPS = '/proc/sys/net/ipv4/ping_group_range'

const table: readonly Row[] = [
  {
    codes: ['EPERM'],
    isMeant: ([name]) => name === 'mknod',
    instead: bindNode,
  },
  {
    // No new procfs where a part of the outer one is masked: "mount too revealing",
    // mount_namespaces(7). In a container that is not privileged it always is.
    codes: ['EPERM'],
    isMeant: mountOf('proc'),
    instead: ([, target]) => ({
      ops: [['bind', '/proc', String(target), 1, 0, 0, 0, MS.slave]],
      loss: {
        what: '/proc (with other process numbers)',
        regain: outerOptions.unmask,
      },
    }),
  },
  {
    codes: ['EPERM'],
    isMeant: mountOf('sysfs'),
    instead: ([, target]) => ({
      ops: [['bind', '/sys', String(target), 1, 0, 0, MOUNT_ATTR.rdonly, MS.slave]],
    }),
  },
  {
    // What is set is ours to add, and no program relies on it: ping alone notices.
    codes: ['EACCES', 'EINVAL', 'ENOENT', 'EPERM', 'EROFS'],
    isMeant: ([name, path]) => name === 'sysctl' && path === PING_GROUPS,
    instead: () => ({ ops: [] }),
  },
  {
    // The host's queues are wanted, and it has none.
    codes: ['ENOENT'],
    isMeant: ([name, source, target]) =>
      name === 'bind' && source === '/dev/mqueue' && target === source,
    instead: () => ({ ops: [] }),
  },
  {
    // Seccomp filters of engines refuse the calls to all who do not hold CAP_SYS_ADMIN outside.
    codes: ['EPERM', 'ENOSYS'],
    isMeant: ([name]) => name === 'hostname' || name === 'domainname',
    instead: ([name]) => ({
      ops: [],
      loss: { what: `the ${name}`, regain: outerOptions.seccomp },
    }),
  },
]

function bindNode(op: Op): Fallback {
  if (op[0] !== 'mknod') return { ops: [op] }
  const [, path, type, , major, minor] = op
  return { ops: [boundNode({ path, major, minor }, type)] }
}
