// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

export interface SecurityOptions {
  readonly noNewPrivileges: boolean
  /** `default`, `unconfined` or the path of a profile. */
  readonly seccomp: string
}

/**
 * What the --security-opt options ask for; of several profiles the last.
 *
 * @throws TsbuildError USAGE for an option there is not
 */
export function securityOptions(options: readonly string[]): SecurityOptions {
  const rest = options.filter((option) => option !== 'no-new-privileges')
  const unknown = rest.find((option) => !/^seccomp=./.test(option))
  if (unknown !== undefined) {
    throw new TsbuildError('USAGE', `option "--security-opt" has no "${unknown}"`, {
      hint: 'give no-new-privileges, seccomp=unconfined or seccomp=FILE',
    })
  }
  const seccomp = rest.at(-1)?.slice('seccomp='.length)
  return { noNewPrivileges: rest.length < options.length, seccomp: seccomp ?? 'default' }
}
