// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** In buildah's words. `oci` and `rootless` differ in what may be shared with the host. */
export type Isolation = 'oci' | 'rootless' | 'chroot'

const isolations: readonly Isolation[] = ['oci', 'rootless', 'chroot']

export interface IsolationRequest {
  /** --isolation, or what the container was made with. */
  readonly option: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether the user is root on the host. */
  readonly isRoot: boolean
}

/** The variables that stand in for the option, the first one that is set. */
const variables = ['TSBUILD_ISOLATION', 'BUILDAH_ISOLATION'] as const

/** @throws TsbuildError USAGE for an isolation there is not */
export function isolationOf({ option, env, isRoot }: IsolationRequest): Isolation {
  const [variable] = variables.filter((name) => env[name] !== undefined && env[name] !== '')
  const asked = option ?? (variable === undefined ? undefined : env[variable])
  if (asked === undefined || asked === 'default') return isRoot ? 'oci' : 'rootless'
  const known = isolations.find((one) => one === asked)
  if (known !== undefined) return known
  const where = option === undefined ? `the variable ${variable}` : 'option "--isolation"'
  throw new TsbuildError('USAGE', `${where}: there is no isolation ${JSON.stringify(asked)}`, {
    hint: `it is one of ${isolations.join(', ')}`,
  })
}
