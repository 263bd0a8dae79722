// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import type { Context } from '../context.ts'
import { recordsFolder } from './cni/record.ts'

/** Undoes what is left of the networks of containers whose monitor was killed. */
export async function recoverNetworks(context: Context): Promise<void> {
  if (!existsSync(recordsFolder(context.paths))) return
  const { recoverAttachments } = await import('./cni/cni-main.ts')
  await recoverAttachments(context)
}
