// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const limits = 'cat /proc/self/limits'
const caps = 'grep ^Cap /proc/self/status'

/** Whose line of /proc/self/limits begins so. */
const limit = (name: string) => (output: string) =>
  output.split('\n').find((line) => line.startsWith(name))

const shm = 'grep " /dev/shm " /proc/self/mountinfo'
/** Behind the dash: the type, the source and the options of the file system. */
const superOptions = (output: string) => / - (\S+ \S+ \S*size=\d+k)/.exec(output)?.[1]

const refused = { script: ':', refused: true } as const

/** What a program may do and use. */
export const processRows: readonly OptionRow[] = [
  { name: '--add-history', run: ['--add-history'], script: 'echo said; exit 4' },
  { name: '--cap-drop all', from: ['--cap-drop', 'all'], script: caps },
  { name: '--cap-drop all, one added', from: ['--cap-drop=all', '--cap-add=CHOWN'], script: caps },
  {
    name: '--cap-drop of several, in small letters',
    from: [
      '--cap-drop',
      'chown,cap_kill',
      '--cap-drop',
      'CAP_SYS_CHROOT,MKNOD,NET_RAW,AUDIT_WRITE',
    ],
    script: caps,
  },
  {
    name: '--cap-add for a user other than root',
    from: ['--cap-drop=all', '--cap-add=NET_ADMIN'],
    run: ['--user', 'user'],
    script: caps,
  },
  {
    name: '--cap-drop of from, --cap-add of run',
    from: ['--cap-drop', 'all'],
    run: ['--cap-add', 'CAP_CHOWN'],
    script: caps,
  },
  {
    name: '--cap-add of from, --cap-drop of run',
    from: ['--cap-drop=all', '--cap-add=CHOWN,KILL'],
    run: ['--cap-drop', 'CAP_CHOWN'],
    script: caps,
  },
  { name: '--cap-add of no capability', from: ['--cap-add', 'SYS_MOON'], ...refused },
  { name: '--cap-drop of no capability', from: ['--cap-drop', 'SYS_MOON'], ...refused },

  {
    name: '--ulimit',
    from: ['--ulimit', 'nofile=100:200'],
    script: limits,
    compare: limit('Max open files'),
  },
  {
    name: '--ulimit with one number, twice',
    from: ['--ulimit', 'core=5', '--ulimit', 'core=0'],
    script: limits,
    compare: limit('Max core file size'),
  },
  {
    name: '--ulimit -1',
    from: ['--ulimit', 'cpu=-1:-1'],
    script: limits,
    compare: limit('Max cpu time'),
  },
  { name: '--ulimit softer than hard', from: ['--ulimit', 'nofile=300:200'], ...refused },
  { name: '--ulimit of no name', from: ['--ulimit', 'moon=1'], ...refused },
  { name: '--ulimit above the hard one', from: ['--ulimit', 'nofile=-1:-1'], ...refused },

  {
    name: '--device',
    from: ['--device', '/dev/full:/dev/other'],
    script: 'stat -c "%F %t:%T" /dev/other; ls -ld /dev/other | cut -c 1-10; echo 2>&1 >/dev/other',
  },
  {
    name: '--device of a directory',
    from: ['--device', '/dev/net:/dev/there'],
    script: 'ls /dev/there; stat -c "%F %t:%T" /dev/there/tun',
  },
  { name: '--device that is not there', from: ['--device', '/dev/moon'], ...refused },
  { name: '--device that is a file', from: ['--device', '/etc/passwd'], ...refused },
  { name: '--device with strange letters', from: ['--device', '/dev/full:/dev/x:q'], ...refused },

  { name: '--shm-size', from: ['--shm-size', '1m'], script: shm, compare: superOptions },
  { name: '--shm-size in bytes', from: ['--shm-size', '8192'], script: shm, compare: superOptions },
  { name: '--shm-size that is none', from: ['--shm-size', 'much'], ...refused },

  {
    name: '--security-opt seccomp=unconfined',
    from: ['--security-opt', 'seccomp=unconfined'],
    script: 'grep ^Seccomp: /proc/self/status',
  },
  {
    name: '--security-opt label=disable',
    from: ['--security-opt', 'label=disable'],
    script: 'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status',
  },
  { name: '--security-opt apparmor=x', from: ['--security-opt', 'apparmor=x'], ...refused },
  { name: '--security-opt of no name', from: ['--security-opt', 'moon=1'], ...refused },
  {
    name: '--security-opt no-new-privileges',
    from: ['--security-opt', 'no-new-privileges'],
    script: 'grep ^NoNewPrivs: /proc/self/status',
    differs: { why: 'it came later', ours: /^0\nNoNewPrivs:\s1/, theirs: /not supported/ },
  },

  {
    name: 'proxies of the host',
    env: { http_proxy: 'http://p:1', NO_PROXY: 'a' },
    script: 'env | grep -i proxy',
  },
  {
    name: '--http-proxy=false',
    from: ['--http-proxy=false'],
    env: { http_proxy: 'http://p:1' },
    script: 'env | grep -ci proxy',
  },

  { name: '--user with a colon alone', run: ['--user', 'user:'], script: 'id' },
  { name: '--user with a group alone', run: ['--user', ':extra'], script: 'id; echo $HOME' },
  { name: '--user by numbers not there', run: ['--user', '7777:1'], script: 'id; echo $HOME' },
  { name: '--user with no such group', run: ['--user', 'user:moon'], ...refused },
  { name: '--user above all ids', run: ['--user', '4294967296'], ...refused },
  {
    name: '--workingdir of a user',
    run: ['--workingdir', '/new/dir', '--user', 'user'],
    script: 'pwd; stat -c "%a %u %g" /new /new/dir',
  },
  { name: '--workingdir that is relative', run: ['--workingdir', 'dir'], ...refused },
  {
    name: '--env with an empty value',
    run: ['--env', 'FROM_IMAGE='],
    script: 'echo =$FROM_IMAGE=',
  },
  {
    name: '--env NAME that is not set here takes it away',
    run: ['--env', 'FROM_IMAGE'],
    script: 'env | grep -c FROM_IMAGE',
  },
  {
    name: '--env of HOME and HOSTNAME',
    run: ['-e', 'HOME=/x', '-e', 'HOSTNAME=y'],
    script: 'env | sort',
  },
  { name: '--terminal', run: ['--terminal'], script: 'tty; echo $HOME' },

  {
    name: '--memory',
    from: ['--memory', '1g'],
    script: ':',
    kinds: ['root'],
    differs: {
      why: 'we have no cgroups yet, and say so',
      ours: /cannot limit resources/,
      theirs: /^0/,
    },
  },
  { name: '--memory that is none', from: ['--memory', 'much'], ...refused },
  { name: '--cpu-shares that are none', from: ['--cpu-shares', 'half'], ...refused },
]
