// SPDX-License-Identifier: Apache-2.0
import type { HookFile } from '../../hooks/hook-file.ts'
import { TsbuildError } from '../../lib/errors.ts'
import type { RunPlan } from '../run-plan.ts'

/** What cannot be had without a mount or a namespace; the words of the command line. */
const impossible = ['volume', 'mount', 'device'] as const

/**
 * @throws TsbuildError NAMESPACE_UNAVAILABLE for what was asked and cannot be done here: a wall or
 *   a volume is not left out in silence
 */
export function refuseImpossible(
  { request: { options }, process, terminal }: RunPlan,
  hooks: readonly HookFile[],
): void {
  const { mask, procOptions } = process.security
  const volume = impossible.find((name) => (options[name]?.length ?? 0) > 0)
  const network = options.network?.find((mode) => mode !== 'host')
  const asked = [
    ...(volume === undefined ? [] : [`--${volume}`]),
    ...(network === undefined ? [] : [`--network ${network}`]),
    ...(hooks.length === 0 ? [] : ['hooks']),
    ...(mask.length + procOptions.length > 0 ? ['--security-opt mask or proc-opts'] : []),
    ...(terminal ? ['a terminal (--tty=false goes without)'] : []),
  ]
  if (asked.length === 0) return
  const message = `cannot give the program ${asked.join(', ')}`
  throw new TsbuildError('NAMESPACE_UNAVAILABLE', message, {
    cause: 'there are neither mounts nor namespaces',
    hint: 'go without, or start the container around us with more rights: see "tsbuild info"',
  })
}
