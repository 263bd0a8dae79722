// SPDX-License-Identifier: Apache-2.0
import type { Rlimit } from './schema.ts'

/** The hard limits we run under ourselves; RLIM_INFINITY is 2^64-1. */
export interface HardLimits {
  readonly nofile: number | bigint
  readonly nproc: number | bigint
}

/** buildah's ceiling for both limits. */
const ceiling = 1_048_576

/**
 * The limits of a container that asks for none: as high as buildah sets them, but never above our
 * own hard limit, which only CAP_SYS_RESOURCE outside of any user namespace could raise.
 *
 * @see getrlimit(2)
 */
export function defaultRlimits({ nofile, nproc }: HardLimits): readonly Rlimit[] {
  return [limit('RLIMIT_NOFILE', nofile), limit('RLIMIT_NPROC', nproc)]
}

function limit(type: string, hardLimit: number | bigint): Rlimit {
  const value = hardLimit < ceiling ? Number(hardLimit) : ceiling
  return { type, soft: value, hard: value }
}
