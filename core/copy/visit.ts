// SPDX-License-Identifier: Apache-2.0
import { splitPath } from '../../images/unpack/names.ts'
import { openFolders } from './folders.ts'
import { inDirectory } from './links.ts'
import type { Item, Selection, SourceMatch } from './selection.ts'

/**
 * Calls `visit` for each item of a source. `pathOf` gives the path by which it can be opened until
 * the next call: through the descriptor of its directory. Who needs none saves the opening.
 */
export function visitItems(
  selection: Selection,
  { kind, path, items }: SourceMatch,
  visit: (item: Item, pathOf: () => string) => void,
): void {
  const [parent, base] = kind === 'directory' ? [path, ''] : splitPath(path)
  inDirectory(selection, parent, (_, topFd) => {
    const folders = openFolders(topFd, selection.sys)
    try {
      for (const item of items) {
        visit(item, () => {
          const [folder, name] = splitPath(item.path === '' ? base : item.path)
          return `${folders.at(folder)}/${name}`
        })
      }
    } finally {
      folders.close()
    }
  })
}
