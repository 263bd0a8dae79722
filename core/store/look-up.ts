// SPDX-License-Identifier: Apache-2.0

/** Something that has an id and names. */
export interface Named {
  readonly id: string
  readonly names: readonly string[]
}

export interface LookUpRequest<Item extends Named> {
  readonly all: readonly Item[]
  readonly nameOrId: string
  /** The command that lists what there is. */
  readonly list: string
}

export interface LookUpResult<Item extends Named> {
  readonly found: Item | undefined
  /** For the end of a message; empty when the name is just unknown. */
  readonly problem: string
  readonly hint: string
}

/** What has this name, else what has an id that starts like this and is alone in that. */
export function lookUp<Item extends Named>(request: LookUpRequest<Item>): LookUpResult<Item> {
  const { all, nameOrId, list } = request
  const begun = nameOrId === '' ? [] : all.filter(({ id }) => id.startsWith(nameOrId))
  const named = all.find(({ names }) => names.includes(nameOrId))
  const near = similar(
    nameOrId,
    all.flatMap(({ names }) => names),
  )
  return {
    found: named ?? (begun.length === 1 ? begun[0] : undefined),
    problem: begun.length > 1 ? `: ${begun.length} ids start like this` : '',
    hint: near === undefined ? `"${list}" lists what there is` : `did you mean "${near}"?`,
  }
}

/** The name that a wrong one most likely means: it holds it, or starts like at least half of it. */
function similar(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length < 2) return undefined
  const near = names
    .map((name) => ({ name, shared: name.includes(wrong) ? wrong.length : shared(name, wrong) }))
    .filter((candidate) => 2 * candidate.shared >= wrong.length)
  return near.sort((a, b) => b.shared - a.shared)[0]?.name
}

function shared(left: string, right: string): number {
  let length = 0
  while (length < left.length && left[length] === right[length]) length += 1
  return length
}
