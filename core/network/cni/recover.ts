// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../../context.ts'
import { TsbuildError } from '../../lib/errors.ts'
import { isAlive } from '../../runtime/running.ts'
import { detachNetworks } from './detach.ts'
import { listAttachments, readAttachment } from './record.ts'

/**
 * Takes containers from their networks whose monitor was killed before it could. What fails is
 * warned about, and tried again by the next command.
 */
export async function recoverAttachments(context: Context): Promise<void> {
  for (const recordPath of listAttachments(context.paths)) {
    try {
      const record = readAttachment(recordPath)
      if (record === undefined || isAlive(record.owner)) continue
      context.trace('network', 'recovered', { container: record.containerId })
      await detachNetworks(recordPath, { path: context.env['PATH'] ?? '', netns: 'gone' })
    } catch (error) {
      if (!(error instanceof TsbuildError)) throw error
      context.warn(`${error.message}: ${String(error.cause ?? '')}`)
    }
  }
}
