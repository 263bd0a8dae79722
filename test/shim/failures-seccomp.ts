// SPDX-License-Identifier: Apache-2.0
import { withAgent } from './agent.ts'
import type { Failure } from './failure.ts'
import { allowing, NEW_LISTENER, notifyingCall } from './filter.ts'

export const seccompFailures = {
  'seccomp-notify': [
    ...[0, 12, 8 * 4097].map(
      (size): Failure => ({
        name: `with a program of ${size} bytes`,
        op: ['seccomp-notify', NEW_LISTENER, allowing(Math.ceil(size / 8)).subarray(0, size)],
        errno: 'EINVAL',
        detail: 'filter',
      }),
    ),
    {
      name: 'without the right to',
      early: [['capabilities', 0n, 0n, 0n]],
      op: ['seccomp-notify', NEW_LISTENER, allowing(1)],
      errno: 'EACCES',
      detail: 'filter',
    },
    {
      name: 'below a filter that has a listener',
      before: async (box) => {
        await withAgent(box)
      },
      early: [['seccomp-notify', NEW_LISTENER, notifyingCall('sethostname')]],
      op: ['seccomp-notify', NEW_LISTENER, allowing(1)],
      errno: 'EBUSY',
      detail: 'filter',
    },
  ],
} satisfies Record<string, readonly Failure[]>
