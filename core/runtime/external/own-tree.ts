// SPDX-License-Identifier: Apache-2.0
import type { ExternalMonitor } from '../../../native-shim/external-monitor.ts'
import type { Context } from '../../context.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { findProgram } from '../../lib/exec.ts'
import type { RuntimeSpec } from '../../spec/schema.ts'
import type { VolumeFacts } from '../mount-ops.ts'

/**
 * Gives the volumes that the user asked for so (`U`) to the user of the container: chown(1) walks a
 * tree without following links out of it. Ids are the same here and there.
 *
 * @throws TsbuildError RUNTIME_FAILED
 */
export async function giveAway(
  { env }: Pick<Context, 'env'>,
  monitor: ExternalMonitor,
  { spec, volumes }: { readonly spec: RuntimeSpec; readonly volumes: VolumeFacts },
): Promise<void> {
  const { uid = 0, gid = 0 } = spec.process?.user ?? {}
  const chown = findProgram('chown', env['PATH']) ?? '/bin/chown'
  for (const path of volumes.owned) {
    const argv = [chown, '-hR', `${uid}:${gid}`, '--', path]
    const { status, stderr } = await monitor.command({ cwd: '/', argv, env: ['LC_ALL=C'] }, 'null')
    if (status !== 0)
      throw new TsbuildError('RUNTIME_FAILED', `cannot give ${path} to the user of the container`, {
        cause: stderr.trim().slice(0, 2000),
        hint: 'leave out U, or show what is yours',
      })
  }
}
