// SPDX-License-Identifier: Apache-2.0

/** Machines we run on, by Node's names. */
export type Machine = 'x64' | 'arm64'

/**
 * `linux.seccomp` of an OCI runtime configuration.
 *
 * @see OCI runtime-spec 1.2, config-linux.md, "Seccomp"
 */
export interface LinuxSeccomp {
  readonly defaultAction: SeccompAction
  /** With ERRNO and TRACE only; EPERM when absent. */
  readonly defaultErrnoRet?: number
  /** In addition to the machine's own. */
  readonly architectures?: readonly SeccompArchitecture[]
  readonly flags?: readonly SeccompFlag[]
  readonly listenerPath?: string
  readonly listenerMetadata?: string
  readonly syscalls?: readonly SeccompSyscall[]
}

export interface SeccompSyscall {
  /** Names that the machine does not know are passed over. */
  readonly names: readonly string[]
  readonly action: SeccompAction
  /** With ERRNO and TRACE only; EPERM when absent. */
  readonly errnoRet?: number
  readonly args?: readonly SeccompArgument[]
}

export interface SeccompArgument {
  /** Which argument, 0 to 5. */
  readonly index: number
  /** uint64. For MASKED_EQ the mask. */
  readonly value: number | bigint
  /** uint64, 0 when absent: what the masked argument is compared with. */
  readonly valueTwo?: number | bigint
  readonly op: SeccompOperator
}

export type SeccompAction =
  | 'SCMP_ACT_KILL'
  | 'SCMP_ACT_KILL_PROCESS'
  | 'SCMP_ACT_KILL_THREAD'
  | 'SCMP_ACT_TRAP'
  | 'SCMP_ACT_ERRNO'
  | 'SCMP_ACT_TRACE'
  | 'SCMP_ACT_ALLOW'
  | 'SCMP_ACT_LOG'
  | 'SCMP_ACT_NOTIFY'

export type SeccompOperator =
  | 'SCMP_CMP_NE'
  | 'SCMP_CMP_LT'
  | 'SCMP_CMP_LE'
  | 'SCMP_CMP_EQ'
  | 'SCMP_CMP_GE'
  | 'SCMP_CMP_GT'
  | 'SCMP_CMP_MASKED_EQ'

export type SeccompFlag =
  | 'SECCOMP_FILTER_FLAG_TSYNC'
  | 'SECCOMP_FILTER_FLAG_LOG'
  | 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'
  | 'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV'

export const seccompArchitectures = [
  'SCMP_ARCH_X86',
  'SCMP_ARCH_X86_64',
  'SCMP_ARCH_X32',
  'SCMP_ARCH_ARM',
  'SCMP_ARCH_AARCH64',
  'SCMP_ARCH_MIPS',
  'SCMP_ARCH_MIPS64',
  'SCMP_ARCH_MIPS64N32',
  'SCMP_ARCH_MIPSEL',
  'SCMP_ARCH_MIPSEL64',
  'SCMP_ARCH_MIPSEL64N32',
  'SCMP_ARCH_PPC',
  'SCMP_ARCH_PPC64',
  'SCMP_ARCH_PPC64LE',
  'SCMP_ARCH_S390',
  'SCMP_ARCH_S390X',
  'SCMP_ARCH_PARISC',
  'SCMP_ARCH_PARISC64',
  'SCMP_ARCH_RISCV64',
  'SCMP_ARCH_LOONGARCH64',
  'SCMP_ARCH_M68K',
  'SCMP_ARCH_SH',
  'SCMP_ARCH_SHEB',
] as const
export type SeccompArchitecture = (typeof seccompArchitectures)[number]
