// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const profile = (text: string) => ({ 'profile.json': text })
const option = ['--security-opt', 'seccomp={host}/profile.json']

/** Refused or not, and how; the words are those of the program. */
const script = 'mkdir /made 2>&1; echo $?; grep Seccomp: /proc/self/status'

const refuseMkdir = (fields: string) => `{
  "defaultAction": "SCMP_ACT_ALLOW",
  "archMap": [{ "architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"] }],
  "syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", ${fields} }]
}`

/** What the filter may refuse before the kernel does; none of it would change the machine. */
const calls = `for call in "mount -t tmpfs x /mnt" "chroot / true" "hostname other" \\
  "unshare -U true" "unshare -m true" "dmesg" "swapoff /none" "setarch i386 true"; do
  $call >/dev/null 2>&1; echo "$call: $?"; done`

/** Filters of system calls. */
export const seccompRows: readonly OptionRow[] = [
  { name: 'seccomp: the default', script: calls },
  { name: 'seccomp: the default, all capabilities', from: ['--cap-add', 'all'], script: calls },
  { name: 'seccomp=unconfined', from: ['--security-opt', 'seccomp=unconfined'], script },
  {
    name: 'seccomp=FILE, an errno by name',
    from: option,
    files: profile(refuseMkdir('"errno": "EXDEV"')),
    script,
  },
  {
    name: 'seccomp=FILE, a rule for a capability that is there',
    from: option,
    files: profile(refuseMkdir('"errnoRet": 5, "includes": { "caps": ["CAP_CHOWN"] }')),
    script,
  },
  {
    name: 'seccomp=FILE, a rule for a capability that was dropped',
    from: [...option, '--cap-drop', 'CHOWN'],
    files: profile(refuseMkdir('"errnoRet": 5, "includes": { "caps": ["CAP_CHOWN"] }')),
    script,
  },
  {
    name: 'seccomp=FILE, a rule for another machine',
    from: option,
    files: profile(refuseMkdir('"errnoRet": 5, "excludes": { "arches": ["amd64", "arm64"] }')),
    script,
  },
  {
    name: 'seccomp=FILE that is no JSON',
    from: option,
    files: profile('{'),
    script: ':',
    refused: true,
  },
  {
    name: 'seccomp=FILE that is not there',
    from: ['--security-opt', 'seccomp=/nonexistent'],
    script: ':',
    refused: true,
  },
]
