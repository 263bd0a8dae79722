// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../core/lib/errors.ts'

/**
 * Refuses a Node that is too old to run us, before anything newer than it is loaded.
 *
 * @param version as in `process.versions.node`: `20.19.0`
 * @throws TsbuildError NODE_TOO_OLD
 */
export function checkNodeVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new TsbuildError('NODE_TOO_OLD', `cannot run on Node ${version}: 20.19 is the oldest`, {
    hint: 'install a newer Node, or name one in TSBUILD_NODE (sudo may hide the one in your PATH)',
  })
}
