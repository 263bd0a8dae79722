// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../lib/config.ts'
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from './container-options.ts'

/** A program that makes containers in our engine's stead. */
export interface ExternalRuntime {
  /** Its path, or a name to be looked for in PATH. */
  readonly program: string
  /** Global options of it, with their dashes. */
  readonly flags: readonly string[]
}

/**
 * The OCI runtime that is asked for, by option or variable; the empty name is our own engine.
 * BUILDAH_RUNTIME and containers.conf are no such wish: they choose between runtimes where there
 * has to be one.
 *
 * @returns undefined for our own engine
 * @throws TsbuildError USAGE for a flag with dashes, flags without a runtime, and a runtime for
 *   an isolation that has none
 */
export function externalRuntime(
  options: Pick<ContainerOptions, 'runtime' | 'runtimeFlag'>,
  { isolation, env }: { readonly isolation: string | undefined; readonly env: Environment },
): ExternalRuntime | undefined {
  const asked = options.runtime
  const program = asked ?? env['TSBUILD_RUNTIME'] ?? ''
  const flags = (options.runtimeFlag ?? []).map(withDashes)
  if (isolation === 'chroot') return refuseForChroot(asked)
  if (program !== '') return { program, flags }
  if (flags.length > 0 && asked === undefined)
    throw new TsbuildError(
      'USAGE',
      'option "--runtime-flag" is for an OCI runtime, none is named',
      {
        hint: 'name one: --runtime crun',
      },
    )
  return undefined
}

function refuseForChroot(asked: string | undefined): undefined {
  if (asked === undefined || asked === '') return undefined
  throw new TsbuildError('USAGE', 'isolation "chroot" takes no OCI runtime', {
    hint: 'leave out --runtime, or ask for --isolation oci; --runtime "" is the built-in engine',
  })
}

function withDashes(flag: string): string {
  if (/^[A-Za-z0-9]/.test(flag)) return `--${flag}`
  throw new TsbuildError('USAGE', `option "--runtime-flag" has no ${JSON.stringify(flag)}`, {
    hint: 'give the flag without its dashes: --runtime-flag debug, --runtime-flag log-format=json',
  })
}
