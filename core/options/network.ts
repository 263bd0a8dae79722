// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { Network } from '../spec/network.ts'
import type { EngineDefaults } from './engine-defaults.ts'
import { pastaNetwork } from './pasta.ts'
import { slirpNetwork } from './slirp4netns.ts'

/** What is asked for: those that are no networks yet are to be looked up. */
export type NetworkChoice =
  | Network
  /** The default: an own network with a way out. */
  | { readonly kind: 'private' }
  /** The one of a container that runs, by its name or id. */
  | { readonly kind: 'container'; readonly name: string }
  /** Networks that are configured on this machine; the first is eth0. */
  | { readonly kind: 'named'; readonly names: readonly string[] }

type NetworkDefaults = Pick<EngineDefaults, 'slirpOptions' | 'slirpPath' | 'pastaOptions'>

/**
 * What the --network options ask for. Of several the last counts; names of networks in a row
 * count together.
 *
 * @param defaults options that come before those of the words
 * @throws TsbuildError USAGE for a network there cannot be
 */
export function networkChoice(
  all: readonly string[],
  defaults: NetworkDefaults = {},
): NetworkChoice {
  return all.map((word) => oneChoice(word, defaults)).reduce(together, { kind: 'private' })
}

function together(before: NetworkChoice, next: NetworkChoice): NetworkChoice {
  if (before.kind !== 'named' || next.kind !== 'named') return next
  return { kind: 'named', names: unique([...before.names, ...next.names]) }
}

function oneChoice(word: string, defaults: NetworkDefaults): NetworkChoice {
  const colon = word.indexOf(':')
  const [mode, value] =
    colon < 0 ? [word, undefined] : [word.slice(0, colon), word.slice(colon + 1)]
  if (word.startsWith('/')) return { kind: 'joined', path: word }
  switch (mode) {
    case 'none':
    case 'host':
    case 'private':
      return value === undefined ? { kind: mode } : refuse(word)
    case 'default':
      return value === undefined ? { kind: 'private' } : refuse(word)
    case 'ns':
      return value?.startsWith('/') ? { kind: 'joined', path: value } : refuse(word)
    case 'container':
      return value ? { kind: 'container', name: value } : refuse(word)
    case 'slirp4netns':
      return {
        ...slirpNetwork([...(defaults.slirpOptions ?? []), ...wordsOf(value)]),
        program: defaults.slirpPath || undefined,
      }
    case 'pasta':
      return pastaNetwork([...(defaults.pastaOptions ?? []), ...wordsOf(value)])
    default:
      return { kind: 'named', names: unique(word.split(',').map((name) => checkName(name, word))) }
  }
}

const wordsOf = (value: string | undefined) => (value === undefined ? [] : value.split(','))

const unique = (names: readonly string[]) => [...new Set(names)]

/** CNI SPEC, "Network configuration format": what a name may be. It also is part of a path. */
const checkName = (name: string, word: string) =>
  /^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name) && !modes.has(name) ? name : refuse(word)

const modes: ReadonlySet<string> = new Set(['none', 'host', 'private', 'slirp4netns', 'pasta'])

function refuse(word: string): never {
  throw new TsbuildError('USAGE', `there is no network ${JSON.stringify(word)}`, {
    hint: 'it is none, host, private, ns:/PATH, slirp4netns, pasta, or names of networks: one,two',
  })
}
