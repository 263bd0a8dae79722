// SPDX-License-Identifier: Apache-2.0
import { refuse } from '../harness/seccomp-agent.ts'
import { withAgent } from './agent.ts'
import type { Effect } from './effect.ts'
import { ERRNO_OF_FILTER, NEW_LISTENER, notifyingAll, notifyingCall } from './filter.ts'

const before: Effect['before'] = async (box) => {
  await withAgent(box, [refuse('sethostname', ERRNO_OF_FILTER.number)])
}
const refused = `hostname: .*${ERRNO_OF_FILTER.words}`

export const seccompEffects = {
  'seccomp-notify': [
    {
      name: 'has an agent asked about calls, and leaves no thread behind',
      before,
      late: [['seccomp-notify', NEW_LISTENER, notifyingCall('sethostname')]],
      script:
        'grep Seccomp: /proc/self/status; ls /proc/1/task | wc -l; hostname other 2>&1 || true',
      want: new RegExp(`^Seccomp:\\t2\n1\n${refused}$`, 'i'),
    },
    {
      name: 'waits for nobody’s answer before there is somebody to ask',
      before,
      late: [['seccomp-notify', NEW_LISTENER, notifyingAll()]],
      script: 'ls -l /proc/self/fd 2>/dev/null | grep -c seccomp; hostname other 2>&1 || true',
      want: new RegExp(`^0\n${refused}$`, 'i'),
    },
  ],
} satisfies Record<string, readonly Effect[]>
