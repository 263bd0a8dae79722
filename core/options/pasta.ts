// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { PastaNetwork } from '../spec/network.ts'

/**
 * The words behind `pasta:`, which are pasta's own; `--map-gw` is podman's word for leaving out
 * `--no-map-gw`.
 *
 * @throws TsbuildError USAGE for options that say where pasta works and how it is started
 * @see pasta(1); podman-run(1), --network
 */
export function pastaNetwork(words: readonly string[]): PastaNetwork {
  const args = words.filter((word) => word !== '')
  if (args[0] !== undefined && !args[0].startsWith('-'))
    refuse(args[0], 'its options begin with "-"')
  const own = args.find((arg) => ours.has(flagOf(arg)))
  if (own !== undefined) refuse(own, 'that one is not for containers')
  return {
    kind: 'pasta',
    args: args.filter((arg) => arg !== MAP_GATEWAY),
    mapsGateway: args.includes(MAP_GATEWAY),
  }
}

const MAP_GATEWAY = '--map-gw'

/** The value of an option of pasta's; undefined where it is not given. */
export function pastaValue(args: readonly string[], flags: readonly string[]): string | undefined {
  const index = args.findIndex((arg) => flags.includes(flagOf(arg)))
  if (index < 0) return undefined
  const [flag = '', joined] = (args[index] ?? '').split(/=(.*)/s)
  return flag.startsWith('--') && joined !== undefined ? joined : args[index + 1]
}

const flagOf = (arg: string) =>
  arg.startsWith('--') ? (arg.split('=', 1)[0] ?? '') : arg.slice(0, 2)

/** Where it works and how it is started. */
const ours: ReadonlySet<string> = new Set([
  ...['--netns', '--userns', '--netns-only', '--runas', '--pid', '-P', '--foreground', '-f'],
  ...['--fd', '-F', '--pcap', '-p', '--log-file', '-l'],
])

function refuse(word: string, hint: string): never {
  const message = `start pasta with ${JSON.stringify(word)}: not an option it may be given here`
  throw new TsbuildError('USAGE', message, { hint })
}
