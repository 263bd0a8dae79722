// SPDX-License-Identifier: Apache-2.0

/** Whether an error of node:fs or of a system call of ours has one of these codes: `ENOENT` … */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some((code) => code === error.code)
}
