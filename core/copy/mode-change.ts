// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** What becomes of a mode: permission bits with setuid, setgid and sticky. */
export type ModeChange = (mode: number, kind: 'directory' | 'other') => number

/**
 * The change that `--chmod` names: octal (`755`), or symbolic (`u=rwX,go=rX`, `+x`, `g=u`).
 *
 * Where nobody is named, `+w` and its like spare what the usual umask of 022 takes away.
 *
 * @throws TsbuildError USAGE
 * @see chmod(1)
 */
export function parseModeChange(chmod: string): ModeChange {
  if (/^[0-7]{1,5}$/.test(chmod) && Number.parseInt(chmod, 8) <= 0o7777) {
    const mode = Number.parseInt(chmod, 8)
    return () => mode
  }
  const changes = chmod.split(',').map(readClause)
  if (!changes.every((change) => change !== undefined)) {
    throw new TsbuildError('USAGE', `cannot set the mode ${JSON.stringify(chmod)}`, {
      hint: 'give it in octal (755, 0644), or like u=rwX,go=rX or +x',
    })
  }
  return (mode, kind) => changes.reduce((before, change) => change(before, kind), mode)
}

/** The bits of each: read, write, execute, and the special bit that goes with them. */
const who: Readonly<Record<string, { readonly all: number; readonly shift: number }>> = {
  u: { all: 0o4700, shift: 6 },
  g: { all: 0o2070, shift: 3 },
  o: { all: 0o1007, shift: 0 },
}
const STICKY = 0o1000
const SET_IDS = 0o6000
const EXECUTE = 0o111
const usualUmask = 0o022

/** `[ugoa…]` and then one or more of `[-+=]` with permissions or the name of another. */
function readClause(clause: string): ModeChange | undefined {
  const match = /^([ugoa]*)((?:[-+=](?:[rwxXst]*|[ugo]))+)$/.exec(clause)
  if (match === null) return undefined
  const [, named = '', rest = ''] = match
  const letters = named === '' || named.includes('a') ? 'ugo' : named
  const actions = rest.match(/[-+=][^-+=]*/g) ?? []
  const spared = named === '' ? usualUmask : 0
  return (mode, kind) =>
    actions.reduce((before, action) => act(before, { letters, action, kind, spared }), mode)
}

interface Action {
  readonly letters: string
  /** One of `-`, `+`, `=`, and what it is about. */
  readonly action: string
  readonly kind: 'directory' | 'other'
  readonly spared: number
}

function act(mode: number, { letters, action, kind, spared }: Action): number {
  const perms = action.slice(1)
  const reach = [...letters].reduce((bits, letter) => bits | (who[letter]?.all ?? 0), 0)
  const bits = bitsOf(perms, { mode, kind }) & reach & ~spared
  if (action.startsWith('+')) return mode | bits
  if (action.startsWith('-')) return mode & ~bits
  // A directory keeps its set-id bits unless they are named, as with chmod(1).
  const kept = kind === 'directory' && !perms.includes('s') ? SET_IDS : 0
  return (mode & ~(reach & ~kept)) | bits
}

function bitsOf(
  perms: string,
  { mode, kind }: { readonly mode: number; readonly kind: 'directory' | 'other' },
): number {
  const other = who[perms]
  if (other !== undefined) return ((mode >> other.shift) & 7) * EXECUTE
  const canExecute = kind === 'directory' || (mode & EXECUTE) !== 0
  const bits: Readonly<Record<string, number>> = {
    r: 0o444,
    w: 0o222,
    x: EXECUTE,
    X: canExecute ? EXECUTE : 0,
    s: SET_IDS,
    t: STICKY,
  }
  return [...perms].reduce((all, perm) => all | (bits[perm] ?? 0), 0)
}
