// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs'
import { stringifySpec } from '../../spec/print.ts'
import type { RuntimeSpec } from '../../spec/schema.ts'
import { bundlePaths } from './commands.ts'

/**
 * A spec as runtimes of today take it: crun 1.8 knows no version above 1.0, and nothing in our
 * specs is newer but words that older ones are free to ignore, which is looked for afterwards.
 *
 * @param cgroupsPath where the container's cgroup is to be; undefined leaves it to the runtime
 */
export function externalSpec(spec: RuntimeSpec, cgroupsPath: string | undefined): RuntimeSpec {
  const linux = { ...(cgroupsPath !== undefined && { cgroupsPath }), ...spec.linux }
  return { ...spec, ociVersion: '1.0.2', linux }
}

/** Writes config.json, and the folder that the runtime keeps its records in. */
export function writeBundle(folder: string, spec: RuntimeSpec): void {
  const { config, state } = bundlePaths(folder)
  mkdirSync(state, { recursive: true, mode: 0o700 })
  writeFileSync(config, stringifySpec(spec), { mode: 0o600 })
}
