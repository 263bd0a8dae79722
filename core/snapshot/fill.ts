// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { applyLayer } from '../../images/layer/apply.ts'
import { copyAttributes, copyTree } from '../../images/unpack/copy-tree.ts'
import { readOwners } from '../../images/unpack/owner-table.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import type { Driver } from '../store/container-record.ts'
import { snapshotFs, snapshotOwners } from '../store/layout.ts'
import { packImageLayer } from './layer.ts'
import { attributeRules, opaqueXattr } from './rules.ts'

export interface FillRequest {
  /** The key of the new snapshot. */
  readonly to: string
  /** Keys of the others, the lowest first; none starts with nothing. */
  readonly below: readonly string[]
  readonly driver: Driver
}

/**
 * Makes a new snapshot go on where others end. With the copying driver it gets the whole tree; a
 * layer of an overlay gets the attributes of the root directory alone, because those are taken
 * from the uppermost layer.
 */
export async function fillSnapshot(context: Context, request: FillRequest): Promise<void> {
  const { to, below, driver } = request
  const top = below.at(-1)
  if (top === undefined) return
  if (driver === 'copy') await fillTree(context, request)
  const { root } = context.paths
  copyAttributes(snapshotFs(root, top), snapshotFs(root, to), attributeRules(context, 'own', to))
}

/** By the way of a layer: who writes one knows what hides what. */
async function fillTree(context: Context, { to, below }: FillRequest): Promise<void> {
  const { root } = context.paths
  const rules = attributeRules(context, 'own', to)
  const rootFd = openSync(snapshotFs(root, to), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const [single, ...others] = below
    if (single !== undefined && others.length === 0) {
      const source = toBytes(snapshotFs(root, single))
      const owners = readOwners([snapshotOwners(root, single)])
      copyTree({ source, name: '.', ownership: 'exact', owners }, { rootFd, base: '', rules })
    } else {
      const tree = packImageLayer(context, { snapshots: below }, [])
      await applyLayer(asynchronous(tree), {
        rootFd,
        rules,
        form: 'tree',
        opaqueXattr: opaqueXattr(context),
      })
    }
  } finally {
    closeSync(rootFd)
  }
}

/** Each chunk is a buffer of its own, for the reader keeps parts of it. */
async function* asynchronous(chunks: Iterable<Buffer>): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}
