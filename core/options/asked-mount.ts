// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** A mount that a user asks for. `flags` are words of an OCI runtime spec, like `ro`. */
export type AskedMount =
  | {
      readonly kind: 'bind'
      readonly source: string
      readonly destination: string
      readonly flags: readonly string[]
      /** The source, with all in it, is given to the user of the container. */
      readonly isOwned: boolean
      readonly isRelabeled: boolean
    }
  | {
      readonly kind: 'overlay'
      readonly source: string
      readonly destination: string
      readonly flags: readonly string[]
      readonly isOwned: boolean
      /** Where what is written is kept; undefined drops it after the run. */
      readonly kept: { readonly upper: string; readonly work: string } | undefined
    }
  | {
      readonly kind: 'tmpfs'
      readonly destination: string
      /** With options of the file system, like `size=1m`. */
      readonly flags: readonly string[]
      readonly isOwned: boolean
    }

/** Of these words only one may be said; a word that is in no group says nothing else than it. */
const groups: readonly (readonly string[])[] = [
  ['ro', 'rw'],
  ['exec', 'noexec'],
  ['suid', 'nosuid'],
  ['dev', 'nodev'],
  ['bind', 'rbind'],
  ['z', 'Z', 'O'],
  ['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave', 'unbindable', 'runbindable'],
  ['U'],
  ['idmap'],
]

/** Words for the bind mounts of macOS, which say nothing here. */
const ignored = ['cached', 'delegated', 'consistent']

/**
 * Words like `ro` and `rshared`, checked.
 *
 * @param what the words are of, for messages: `volume "/a:/b"`
 * @throws TsbuildError USAGE for unknown ones, and for those that contradict each other
 */
export function checkWords(words: readonly string[], what: string): void {
  const unknown = words.find((word) => !ignored.includes(word) && !isKnown(word))
  if (unknown !== undefined)
    throw new TsbuildError('USAGE', `${what}: there is no option ${JSON.stringify(unknown)}`, {
      hint: `it is one of ${groups.flat().join(', ')}, upperdir=…, workdir=…`,
    })
  for (const group of groups) {
    const said = words.filter((word) => group.includes(word))
    if (said.length < 2) continue
    const message = `${what}: only one of ${group.join(', ')} is possible`
    throw new TsbuildError('USAGE', message, { hint: `leave out all but one: ${said.join(', ')}` })
  }
}

const isKnown = (word: string) => groups.some((group) => group.includes(word))

/** What stands in a spec for such words: the rest is not the kernel's business. */
export function flagsOf(words: readonly string[]): string[] {
  const has = (list: readonly string[] | undefined) => words.some((word) => list?.includes(word))
  const flags = words.filter(
    (word) => isKnown(word) && !['z', 'Z', 'O', 'U', 'idmap'].includes(word),
  )
  const [, , , , recursion, , propagation] = groups
  return [...(has(recursion) ? [] : ['rbind']), ...flags, ...(has(propagation) ? [] : ['rprivate'])]
}

/**
 * A path in the container, without what changes nothing in it.
 *
 * @throws TsbuildError USAGE for a relative one, and for the root
 */
export function destinationOf(path: string, what: string): string {
  if (!path.startsWith('/'))
    throw new TsbuildError(
      'USAGE',
      `${what}: the destination ${JSON.stringify(path)} is relative`,
      {
        hint: 'name it from the root of the container: it begins with "/"',
      },
    )
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  if (parts.length === 0)
    throw new TsbuildError('USAGE', `${what}: nothing can be mounted on the root itself`, {
      hint: 'name a directory below it',
    })
  return `/${parts.join('/')}`
}

/** @throws TsbuildError USAGE for a relative path of the host */
export function sourceOf(path: string, what: string): string {
  if (path.startsWith('/')) return path
  throw new TsbuildError('USAGE', `${what}: the source ${JSON.stringify(path)} is relative`, {
    hint: 'name it from the root of this machine: "$PWD/…" stands for a path from here',
  })
}
