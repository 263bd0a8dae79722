// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { findProgram } from '../lib/exec.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { networkChoice } from '../options/network.ts'
import { isHostRoot } from '../runtime/namespaces.ts'
import type { Network } from '../spec/network.ts'

export interface NetworkRequest {
  /** What the --network options say. */
  readonly options: readonly string[]
  readonly defaults: EngineDefaults
  /** The path of a namespace of a container that runs. */
  readonly pathOf: (container: string) => string
}

/**
 * The network of a container, for a user on this machine.
 *
 * `private` is the same for every user, root as well: slirp4netns, or pasta where only that is
 * installed. Both need no configuration and change nothing on the machine.
 *
 * @throws TsbuildError USAGE
 */
export function chooseNetwork(
  { env, rights }: Pick<Context, 'env' | 'rights'>,
  { options, defaults, pathOf }: NetworkRequest,
): Network {
  const choice = networkChoice(options, defaults)
  switch (choice.kind) {
    case 'private':
      return ownNetwork(env['PATH'], defaults)
    case 'named':
      if (!isHostRoot(rights)) refuseNamed(choice.names)
      return { kind: 'cni', names: choice.names }
    case 'container':
      return { kind: 'joined', path: pathOf(choice.name) }
    default:
      return choice
  }
}

/** Without either it is the wanted one, whose absence is explained where it is started. */
function ownNetwork(path: string | undefined, defaults: EngineDefaults): Network {
  const wanted = defaults.rootlessNetworkCommand === 'pasta' ? 'pasta' : 'slirp4netns'
  const other = wanted === 'pasta' ? 'slirp4netns' : 'pasta'
  const isThere = (name: string) => findProgram(name, path) !== undefined
  const chosen = isThere(wanted) || !isThere(other) ? wanted : other
  const choice = networkChoice([chosen], defaults)
  if (choice.kind === 'slirp4netns' || choice.kind === 'pasta') return choice
  throw new TypeError(`${chosen} is a word of its own`)
}

function refuseNamed(names: readonly string[]): never {
  const shown = names.map((name) => JSON.stringify(name)).join(', ')
  throw new TsbuildError(
    'USAGE',
    `cannot use the network ${shown}: only root uses networks by name`,
    {
      hint: 'use --network slirp4netns or pasta, or ns:/PATH for a network that root has made',
    },
  )
}
