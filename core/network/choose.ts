// SPDX-License-Identifier: Apache-2.0
import type { Context } from '../context.ts'
import { TsbuildError } from '../lib/errors.ts'
import { findProgram } from '../lib/exec.ts'
import { networkChoice } from '../options/network.ts'
import { pastaNetwork } from '../options/pasta.ts'
import { slirpNetwork } from '../options/slirp4netns.ts'
import type { Network } from '../spec/network.ts'

/**
 * The network of a container, for a user on this machine.
 *
 * `private` is the same for every user, root as well: slirp4netns, or pasta where only that is
 * installed. Both need no configuration and change nothing on the machine.
 *
 * @throws TsbuildError USAGE
 */
export function chooseNetwork({ env }: Pick<Context, 'env'>, all: readonly string[]): Network {
  const choice = networkChoice(all)
  switch (choice.kind) {
    case 'private':
      return ownNetwork(env['PATH'])
    case 'named':
      return refuseNamed(choice.names)
    case 'container':
      throw new TsbuildError('USAGE', `share the network of ${choice.name}: not possible yet`, {
        hint: 'give the path of its namespace: --network ns:/proc/PID/ns/net',
      })
    default:
      return choice
  }
}

/** Without either it is slirp4netns, whose absence is explained where it is started. */
function ownNetwork(path: string | undefined): Network {
  const isPasta =
    findProgram('slirp4netns', path) === undefined && findProgram('pasta', path) !== undefined
  return isPasta ? pastaNetwork([]) : slirpNetwork([])
}

function refuseNamed(names: readonly string[]): never {
  const message = `there is no network ${names.map((name) => JSON.stringify(name)).join(', ')}`
  throw new TsbuildError('USAGE', message, {
    hint: 'use --network slirp4netns or pasta, or ns:/PATH for a network that root has made',
  })
}
