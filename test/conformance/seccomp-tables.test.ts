// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { abisOf, callsOf, wordsOf } from '../../core/spec/seccomp/abi.ts'
import { compileSeccomp } from '../../core/spec/seccomp/compile.ts'
import { privileged } from '../../core/spec/seccomp/default-limits.ts'
import { defaultSeccomp } from '../../core/spec/seccomp/profile.ts'
import type { LinuxSeccomp, Machine, SeccompSyscall } from '../../core/spec/seccomp/types.ts'
import { loadFilter } from '../unit/core/spec/seccomp/bpf.ts'

/** What podman and buildah take unless told otherwise; of Debian's containers-common. */
const theirFile = '/usr/share/containers/seccomp.json'
const machines = { x64: ['amd64', 'x86', 'x32'], arm64: ['arm64', 'arm'] }
const outcomes = new Map([
  [0x7fff0000, 'allow'],
  [0x00050001, 'EPERM'],
  [0x00050016, 'EINVAL'],
  [0x00050026, 'ENOSYS'],
])

/** Where our default profile differs from theirs (0.50 of Debian 12 to 0.67), and why. */
const differences: readonly {
  readonly reason: string
  /** Outcomes: ours, theirs. */
  readonly outcomes: readonly string[]
  readonly calls: string
}[] = [
  {
    reason:
      'they leave it to the kernel to ask for the capability; we, as moby does, keep the ' +
      'code behind these calls out of reach also of programs in user namespaces of their own',
    outcomes: ['EPERM allow', 'ENOSYS allow'],
    calls: `clone clone3 unshare setns mount umount umount2 pivot_root mount_setattr move_mount
      open_tree fsopen fsconfig fsmount fspick fanotify_init syslog reboot mbind get_mempolicy
      set_mempolicy pidfd_getfd`,
  },
  { reason: 'keys belong to ids, not to namespaces', outcomes: ['EPERM allow'], calls: 'keyctl' },
  {
    reason: 'the older of their profiles lets AF_VSOCK through, the newer one with a high bit set',
    outcomes: ['EPERM allow'],
    calls: 'socket',
  },
  {
    reason: 'gone from the kernel since Linux 2.6',
    outcomes: ['EPERM allow'],
    calls: 'query_module',
  },
  {
    reason: 'their default is ENOSYS also for what the kernel has; ours is only for what is new',
    outcomes: ['EPERM ENOSYS'],
    calls: `personality io_uring_setup io_uring_enter io_uring_register add_key request_key
      quotactl_fd set_mempolicy_home_node open_tree_attr listns _sysctl afs_syscall break
      create_module ftime get_kernel_syms getpmsg gtty idle lock mpx prof profil putpmsg security
      stty tuxcall ulimit vserver usr26 usr32`,
  },
  {
    reason: 'younger than their profile, and as harmless as what they take the place of',
    outcomes: ['allow ENOSYS', 'allow EPERM'],
    calls: `cachestat fchmodat2 futex_requeue futex_wait futex_waitv futex_wake map_shadow_stack
      mseal rseq_slice_yield getxattrat listxattrat removexattrat setxattrat file_getattr
      file_setattr statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules
      uretprobe uprobe io_pgetevents io_pgetevents_time64`,
  },
  {
    reason: 'younger than their profile, and open with the capability of their group',
    outcomes: ['allow ENOSYS'],
    calls: 'quotactl_fd set_mempolicy_home_node open_tree_attr listns',
  },
  {
    reason: 'moby allows it, or the newer form of it is allowed by both',
    outcomes: ['allow EPERM', 'allow ENOSYS'],
    calls: 'vmsplice nice readdir sigaction sigpending sigsuspend get_tls',
  },
]

describe('the default profile, against that of containers-common', {
  skip: existsSync(theirFile) ? false : `needs program:buildah: ${theirFile} comes with it`,
}, () => {
  const withAll = [...privileged.flatMap(({ needs }) => needs), 'CAP_AUDIT_WRITE']
  for (const machine of ['x64', 'arm64'] as const) {
    for (const capabilities of [['CAP_CHOWN'], withAll]) {
      it(`${machine}, ${capabilities.length} capabilities: every difference has a reason`, () => {
        const explained = new Set(
          differences.flatMap(({ outcomes, calls }) =>
            wordsOf(calls).flatMap((call) => outcomes.map((both) => `${call}: ${both}`)),
          ),
        )
        const found = compareProfiles(machine, capabilities)
        assert.ok(found.size > 10, 'the comparison compares')
        assert.deepEqual(
          [...found].filter((difference) => !explained.has(difference)),
          [],
        )
      })
    }
  }
})

function compareProfiles(machine: Machine, capabilities: readonly string[]): Set<string> {
  const profile = defaultSeccomp({ capabilities, arch: machine })
  const theirProfile = theirs(machine, capabilities, profile)
  const [ours, others] = [profile, theirProfile].map((one) =>
    loadFilter(compileSeccomp(one, machine).program),
  )
  const firsts = [0n, 8n, 16n, 40n, 0x400000n, 0x10000011n, (1n << 32n) + 40n]
  const found = new Set<string>()
  for (const abi of abisOf(machine)) {
    for (const { name, number } of callsOf(abi)) {
      for (const args of firsts.map((first) => [first, 3n, 9n])) {
        const call = { arch: abi.auditArch, number: number + abi.offset, args }
        const both = [ours, others].map((filter) => outcomes.get(filter?.(call).returns ?? -1))
        if (both[0] !== both[1]) found.add(`${name}: ${both.join(' ')}`)
      }
    }
  }
  return found
}

interface TheirSyscall extends SeccompSyscall {
  readonly includes?: { readonly caps?: readonly string[]; readonly arches?: readonly string[] }
  readonly excludes?: { readonly caps?: readonly string[] }
}

/** Their profile as it is for a container: conditions on capabilities and machine resolved. */
function theirs(
  machine: Machine,
  capabilities: readonly string[],
  { architectures = [] }: LinuxSeccomp,
): LinuxSeccomp {
  const file: LinuxSeccomp = JSON.parse(readFileSync(theirFile, 'utf8'))
  const all: readonly TheirSyscall[] = file.syscalls ?? []
  const entries = all.filter(
    ({ includes, excludes }) =>
      (includes?.caps ?? []).every((name) => capabilities.includes(name)) &&
      (includes?.arches ?? machines[machine]).some((name) => machines[machine].includes(name)) &&
      !(excludes?.caps ?? []).some((name) => capabilities.includes(name)),
  )
  const syscalls = entries.map(({ names, action, errnoRet, args }) => ({
    names,
    action,
    ...(errnoRet === undefined ? {} : { errnoRet }),
    args: args ?? [],
  }))
  return { ...file, architectures, syscalls }
}

/** Headers that may be installed, and how to have them read: with all macros resolved. */
const headers: readonly { readonly architecture: string; readonly command: readonly string[] }[] = [
  { architecture: 'SCMP_ARCH_X86_64', command: ['x86_64-linux-gnu-gcc', 'asm/unistd_64.h'] },
  { architecture: 'SCMP_ARCH_X86', command: ['x86_64-linux-gnu-gcc', 'asm/unistd_32.h'] },
  { architecture: 'SCMP_ARCH_X32', command: ['x86_64-linux-gnu-gcc', 'asm/unistd_x32.h'] },
  { architecture: 'SCMP_ARCH_AARCH64', command: ['aarch64-linux-gnu-gcc', 'asm/unistd.h'] },
]

describe('call numbers, against the installed headers', () => {
  const abis = [...abisOf('x64'), ...abisOf('arm64')]
  for (const { architecture, command } of headers) {
    const [compiler = '', header] = command
    const missing = spawnSync('sh', ['-c', `command -v ${compiler}`]).status !== 0
    it(architecture, {
      skip: missing && `needs program:${compiler}: npm run setup -- --peers`,
    }, () => {
      const abi = abis.find((one) => one.architecture === architecture) ?? assert.fail()
      const found = readHeader(compiler, `#include <${header}>\n`)
      const known = new Map(callsOf(abi).map(({ name, number }) => [name, number]))
      assert.ok(found.size > 250)
      for (const [name, number] of found) assert.equal(known.get(name), number, name)
    })
  }
})

/** Every __NR_ macro of a header, as the preprocessor sees it; without the x32 bit. */
function readHeader(compiler: string, include: string): Map<string, number> {
  const preprocess = (text: string, option: string) =>
    spawnSync(compiler, ['-E', option, '-'], { input: text, encoding: 'utf8' }).stdout
  const macros = preprocess(include, '-dM').matchAll(/^#define (__NR_([a-z_]\w*)) /gm)
  const lines = [...macros].map(([, macro, name]) => `${name} = ${macro}\n`)
  const expanded = preprocess(include + lines.join(''), '-P').matchAll(/^(\w+) = (.*)$/gm)
  const numbers = [...expanded].map(([, name = '', sum = '']): [string, number] => {
    const terms = sum.match(/\w+/g) ?? []
    return [
      name,
      terms.map((term) => (term === '__X32_SYSCALL_BIT' ? 0 : Number(term))).reduce(add),
    ]
  })
  return new Map(numbers.filter(([name]) => !notCalls.has(name)))
}

const add = (a: number, b: number) => a + b
const notCalls = new Set(['syscalls', 'arch_specific_syscall'])
