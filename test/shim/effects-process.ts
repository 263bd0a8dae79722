// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { CLONE, RLIMIT } from '../../core/runtime/kernel.ts'
import { packList } from '../../native-shim/fields.ts'
import { namespaceOf, statusOf } from '../harness/processes.ts'
import { type Kind, kinds } from './box.ts'
import type { Effect } from './effect.ts'
import { ERRNO_OF_FILTER, failingCall } from './filter.ts'

const KILL_AND_SETPCAP = (1n << 5n) | (1n << 8n)

/** One line of /proc/PID/status of init at the gate: after an exec root has it all again. */
const atGate = (field: string, value: string) => (init: number) =>
  assert.equal(statusOf(init, field), value)

const mask = (bits: bigint) => bits.toString(16).padStart(16, '0')

const joinKeyring = (kind: Kind, name: string): Effect => ({
  name: 'joins a new session keyring of that name',
  kinds: [kind],
  late: [['keyring', name]],
  script: `grep -c " keyring .*${name}" /proc/keys`,
  want: '1',
})

export const processEffects = {
  unshare: [
    {
      name: 'makes the namespaces asked for',
      late: [['unshare', CLONE.uts]],
      script: 'for type in uts net; do readlink /proc/self/ns/$type; done',
      want: /^uts:.*\nnet:.*$/,
      check: ({ stdout }) => {
        for (const line of stdout.trim().split('\n'))
          assert.notEqual(line, namespaceOf('self', line.slice(0, 3)))
      },
    },
  ],
  hostname: [{ name: 'sets it', late: [['hostname', 'a-box']], script: 'hostname', want: 'a-box' }],
  domainname: [
    {
      name: 'sets it',
      late: [['domainname', 'example.test']],
      script: 'cat /proc/sys/kernel/domainname',
      want: 'example.test',
    },
  ],
  'link-up': [
    {
      name: 'brings up the loopback link',
      late: [['link-up', 'lo']],
      script: 'ip link show lo | grep -c "[<,]UP[,>]"',
      want: '1',
    },
  ],
  groups: [
    {
      name: 'sets all of them',
      root: true,
      late: [['groups', packList(['7', '1000', '65000'])]],
      script: 'grep Groups: /proc/self/status',
      want: /^Groups:\s7 1000 65000\s*$/,
    },
    {
      name: 'with an empty list drops them',
      root: true,
      late: [
        ['groups', packList(['7'])],
        ['groups', packList([])],
      ],
      script: 'grep Groups: /proc/self/status',
      want: /^Groups:\s*$/,
    },
  ],
  setid: [
    {
      name: 'sets real, effective and saved ids',
      root: true,
      late: [['setid', 1000, 2000]],
      script: 'grep -E "^[UG]id:" /proc/self/status',
      want: 'Uid:\t1000\t1000\t1000\t1000\nGid:\t2000\t2000\t2000\t2000',
    },
    {
      name: 'of the own id is fine everywhere',
      late: [['setid', 0, 0]],
      script: 'id -u; id -g',
      want: '0\n0',
    },
  ],
  bounding: [
    {
      name: 'drops all that is not in the mask',
      late: [['bounding', KILL_AND_SETPCAP]],
      script: 'grep -E "CapBnd|CapPrm" /proc/self/status',
      want: `CapPrm:\t${mask(KILL_AND_SETPCAP)}\nCapBnd:\t${mask(KILL_AND_SETPCAP)}`,
    },
  ],
  'keep-caps': [
    {
      name: 'lets the permitted set survive a change of the uid',
      root: true,
      late: [['keep-caps'], ['setid', 1000, 1000]],
      atGate: (init) => assert.notEqual(statusOf(init, 'CapPrm'), mask(0n)),
      script: 'true',
      want: '',
    },
  ],
  capabilities: [
    {
      name: 'sets effective, permitted and inheritable set',
      late: [['capabilities', 1n << 5n, KILL_AND_SETPCAP, 1n << 8n]],
      atGate: (init) => {
        atGate('CapEff', mask(1n << 5n))(init)
        atGate('CapPrm', mask(KILL_AND_SETPCAP))(init)
        atGate('CapInh', mask(1n << 8n))(init)
      },
      script: 'true',
      want: '',
    },
  ],
  ambient: [
    {
      name: 'gives capabilities to a program of another user',
      root: true,
      late: [
        ['keep-caps'],
        ['setid', 1000, 1000],
        ['capabilities', KILL_AND_SETPCAP, KILL_AND_SETPCAP, KILL_AND_SETPCAP],
        ['ambient', 1n << 5n],
      ],
      script: 'grep -E "CapEff|CapAmb" /proc/self/status',
      want: `CapEff:\t${mask(1n << 5n)}\nCapAmb:\t${mask(1n << 5n)}`,
    },
    {
      name: 'clears what was there',
      late: [
        ['capabilities', KILL_AND_SETPCAP, KILL_AND_SETPCAP, KILL_AND_SETPCAP],
        ['ambient', KILL_AND_SETPCAP],
        ['ambient', 0n],
      ],
      script: 'grep CapAmb /proc/self/status',
      want: `CapAmb:\t${mask(0n)}`,
    },
  ],
  'no-new-privs': [
    {
      name: 'is for good',
      late: [['no-new-privs']],
      script: 'grep NoNewPrivs /proc/self/status',
      want: 'NoNewPrivs:\t1',
    },
  ],
  apparmor: [
    {
      name: 'sets the profile of the next program',
      needs: 'lsm',
      late: [['apparmor', 'unconfined']],
      script: 'cat /proc/self/attr/current',
      want: /^unconfined/,
    },
  ],
  seccomp: [
    {
      name: 'installs the filter',
      late: [['seccomp', 0, failingCall('sethostname')]],
      script: 'grep Seccomp: /proc/self/status; hostname other 2>&1; hostname',
      want: new RegExp(`^Seccomp:\\t2\nhostname: .*${ERRNO_OF_FILTER.words}\n`, 'i'),
      check: ({ stdout }) => assert.doesNotMatch(stdout, /^other$/m),
    },
  ],
  rlimit: [
    {
      name: 'sets the soft and the hard limit',
      late: [['rlimit', RLIMIT['RLIMIT_NOFILE'] ?? -1, 99, 100]],
      script: 'ulimit -Sn; ulimit -Hn',
      want: '99\n100',
    },
    {
      name: 'knows what is unlimited',
      late: [['rlimit', RLIMIT['RLIMIT_CORE'] ?? -1, 0, 2n ** 64n - 1n]],
      script: 'ulimit -Sc; grep core /proc/self/limits',
      want: /^0\nMax core file size +0 +unlimited/,
    },
  ],
  umask: [{ name: 'sets it', late: [['umask', 0o027]], script: 'umask', want: '0027' }],
  // What it does shows when a guard is killed: subreaper.test.ts.
  'death-signal': [
    { name: 'is no end by itself', late: [['death-signal', 9]], script: 'echo on', want: 'on' },
  ],
  session: [
    {
      name: 'makes init the leader of a session',
      script: 'cut -d " " -f 5,6 /proc/1/stat',
      want: '1 1',
    },
  ],
  keyring: [...kinds.map((kind) => joinKeyring(kind, `_ses.${randomUUID()}`))],
  'own-stdio': [
    {
      name: 'lets the user open its own stdout again',
      root: true,
      stdio: ['null', 'pipe', 'pipe'],
      late: [
        ['own-stdio', 1000, 2000],
        ['setid', 1000, 2000],
      ],
      script: 'echo again > /proc/self/fd/1; stat -L -c "%u %g" /proc/self/fd/1',
      want: 'again\n1000 2000',
    },
    {
      name: 'leaves alone what is no pipe',
      late: [['own-stdio', 0, 0]],
      script: '[ -c /proc/self/fd/0 ] && echo device',
      want: 'device',
    },
  ],
} satisfies Readonly<Record<string, readonly Effect[]>>
