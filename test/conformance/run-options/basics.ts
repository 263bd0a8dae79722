// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const sorted = (output: string) => output.split('\n').sort()

/** What holds without any option, and options that belong to no other table. */
export const basicRows: readonly OptionRow[] = [
  { name: 'no option: the status', script: 'exit 42' },
  { name: 'no option: a signal', script: 'kill -9 $$' },
  {
    name: 'no option: the environment',
    script: 'env',
    compare: (output) => sorted(output).filter((line) => !line.startsWith('HOSTNAME=')),
  },
  {
    name: 'no option: what is mounted where',
    script: 'cut -d" " -f 5 /proc/self/mountinfo | sort -u',
    compare: (output) => sorted(output).filter((line) => !/^\/(proc|sys)\//.test(line)),
  },
  {
    name: 'no option: capabilities',
    script: 'grep ^CapBnd /proc/self/status',
    differs: {
      why: 'newer engines leave out NET_RAW, MKNOD and AUDIT_WRITE, and so do we',
      ours: /00000000800405fb/,
      theirs: /00000000a80425fb/,
    },
  },
  { name: 'no option: standard input', script: 'cat', input: 'typed\n' },
  { name: '--env', run: ['--env', 'A=b', '-e', 'FROM_IMAGE=no'], script: 'echo $A $FROM_IMAGE' },
  {
    name: '--env NAME',
    run: ['--env', 'GIVEN', '--env', 'ABSENT'],
    env: { GIVEN: 'here' },
    script: 'echo =$GIVEN=; env | grep -c ABSENT',
    differs: { why: 'newer ones take the value from here', ours: /^1\n=here=\n0/, theirs: /==/ },
  },
  { name: '--user by name', run: ['--user', 'user'], script: 'id; echo $HOME; pwd' },
  { name: '--user by number', run: ['--user', '1500'], script: 'id; echo $HOME' },
  { name: '--user with a group', run: ['--user', 'user:extra'], script: 'id' },
  { name: '--user that is not there', run: ['--user', 'nobody-here'], script: ':', refused: true },
  {
    name: '--workingdir',
    run: ['--workingdir', '/new/dir'],
    script: 'pwd; ls -ld /new/dir | cut -c 1-10',
  },
  { name: '--hostname', run: ['--hostname', 'box'], script: 'hostname; cat /etc/hostname' },
]
