// SPDX-License-Identifier: Apache-2.0
import type { IdMapping } from './schema.ts'

/**
 * The ids that a file gives to somebody, mapped one after the other from 0 on.
 *
 * @param text of /etc/subuid or /etc/subgid
 * @param owner name and number, as either may stand in the file
 * @see subuid(5), subgid(5)
 */
export function subordinateIds(
  text: string,
  owner: { readonly name: string; readonly id: number | undefined },
): IdMapping[] {
  const extents: IdMapping[] = []
  let containerID = 0
  for (const line of text.split('\n')) {
    const [, who, first, count] = /^([^:]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? []
    const [hostID, size] = [Number(first), Number(count)]
    if (who === undefined || (who !== owner.name && who !== `${owner.id}`) || size === 0) continue
    extents.push({ containerID, hostID, size })
    containerID += size
  }
  return extents
}
