// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringifySpec } from '../spec/print.ts'
import type { RuntimeSpec } from '../spec/schema.ts'

/** Where a run keeps what hooks look for: the spec as config.json. It is their directory. */
export const bundleIn = (folder: string): string => `${folder}/bundle`

export function writeBundle(folder: string, spec: RuntimeSpec): void {
  const bundle = bundleIn(folder)
  mkdirSync(bundle, { recursive: true, mode: 0o700 })
  writeFileSync(`${bundle}/config.json`, stringifySpec(spec))
}

export type HookStatus = 'creating' | 'created' | 'running' | 'stopped'

export interface StateFacts {
  readonly id: string
  readonly bundle: string
  /** As those see it who get the state; undefined when there is none any more. */
  readonly pid: number | undefined
}

/**
 * What a hook reads on stdin.
 *
 * @see OCI runtime-spec, runtime.md, "State"
 */
export function stateText(
  { ociVersion, annotations = {} }: RuntimeSpec,
  status: HookStatus,
  { id, bundle, pid }: StateFacts,
): string {
  const process = pid === undefined ? {} : { pid }
  return JSON.stringify({ ociVersion, id, status, ...process, bundle, annotations })
}
