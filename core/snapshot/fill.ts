// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync } from 'node:fs'
import { copyAttributes, copyTree } from '../../images/unpack/copy-tree.ts'
import type { Context } from '../context.ts'
import { toBytes } from '../lib/bytes.ts'
import type { Driver } from '../store/container-record.ts'
import { snapshotName } from '../store/layout.ts'
import { attributeRules } from './rules.ts'

/**
 * Makes a new snapshot go on where another one ends. With the copying driver it gets the whole
 * tree; a layer of an overlay gets the attributes of the root directory alone, because those are
 * taken from the uppermost layer.
 *
 * @param fs the directory of the new snapshot
 * @param from the key of the other one; undefined starts with nothing
 */
export function fillSnapshot(
  context: Context,
  { fs, from, driver }: { fs: string; from: string | undefined; driver: Driver },
): void {
  if (from === undefined) return
  const rules = attributeRules(context, 'own')
  const source = `${context.paths.root}/${snapshotName(from)}/fs`
  if (driver === 'copy') {
    const rootFd = openSync(fs, constants.O_RDONLY | constants.O_DIRECTORY)
    try {
      const request = { source: toBytes(source), name: '.', ownership: 'exact' } as const
      copyTree(request, { rootFd, base: '', rules })
    } finally {
      closeSync(rootFd)
    }
  }
  copyAttributes(source, fs, rules)
}
