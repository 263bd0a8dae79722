// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { copyAttributes, copyTree } from '../../images/unpack/copy-tree.ts'
import { readOwners } from '../../images/unpack/owner-table.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import type { Driver } from '../store/container-record.ts'
import { snapshotName, snapshotOwners } from '../store/layout.ts'
import { attributeRules } from './rules.ts'

/**
 * Makes a new snapshot go on where another one ends. With the copying driver it gets the whole
 * tree; a layer of an overlay gets the attributes of the root directory alone, because those are
 * taken from the uppermost layer.
 *
 * @param to the key of the new snapshot
 * @param from the key of the other one; undefined starts with nothing
 */
export function fillSnapshot(
  context: Context,
  { to, from, driver }: { to: string; from: string | undefined; driver: Driver },
): void {
  if (from === undefined) return
  const rules = attributeRules(context, 'own', to)
  const { root } = context.paths
  const source = `${root}/${snapshotName(from)}/fs`
  const fs = `${root}/${snapshotName(to)}/fs`
  if (driver === 'copy') {
    const rootFd = openSync(fs, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      const owners = readOwners([snapshotOwners(root, from)])
      const request = { source: toBytes(source), name: '.', ownership: 'exact', owners } as const
      copyTree(request, { rootFd, base: '', rules })
    } finally {
      closeSync(rootFd)
    }
  }
  copyAttributes(source, fs, rules)
}
