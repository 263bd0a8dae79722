// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../lib/errors.ts'
import { findProgram, runProgram } from '../../lib/exec.ts'
import type { CniNetwork, CniPlugin } from './config.ts'

/** Which interface of which container a plugin is called for. */
export interface CniPlace {
  readonly containerId: string
  /** Path of the network namespace; empty when it is gone. */
  readonly netns: string
  /** In the container. */
  readonly ifname: string
  /** Directories with the programs of plugins. */
  readonly pluginDirs: readonly string[]
  /** Of the host: plugins start programs like iptables. */
  readonly path: string
}

export interface PluginCall {
  readonly command: 'ADD' | 'DEL'
  readonly network: CniNetwork
  readonly plugin: CniPlugin
  /** What the plugin before it said, or for DEL the last one of ADD; undefined: nothing. */
  readonly prevResult: unknown
}

/** A plugin may wait for a lock, or for an answer of DHCP. */
const TIMEOUT_MS = 60_000

/** For who came from a place without them: plugins need iptables, which is for administrators. */
const ADMIN_PATH = '/usr/local/sbin:/usr/sbin:/sbin'

/**
 * Has a plugin do its part for one interface.
 *
 * @returns its result, undefined where it has none
 * @throws TsbuildError NETWORK_FAILED in the plugin's own words
 * @see CNI SPEC 1.0, section 2
 */
export async function callPlugin(place: CniPlace, call: PluginCall): Promise<unknown> {
  const { command, network, plugin, prevResult } = call
  const { pluginDirs, containerId, netns, ifname, path } = place
  const program = findPlugin(pluginDirs, call)
  const { cniVersion, name } = network
  const env = {
    ...{ CNI_COMMAND: command, CNI_CONTAINERID: containerId, CNI_NETNS: netns },
    ...{ CNI_IFNAME: ifname, CNI_PATH: pluginDirs.join(':'), CNI_ARGS: 'IgnoreUnknown=1' },
    ...{ PATH: `${path}:${ADMIN_PATH}`, LC_ALL: 'C' },
  }
  const config = { ...plugin, name, cniVersion, ...(prevResult !== undefined && { prevResult }) }
  const limits = { input: JSON.stringify(config), timeoutMs: TIMEOUT_MS }
  const { stdout, stderr, failure } = await runProgram({ argv: [program], env }, limits)
  if (failure === undefined) return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  throw new TsbuildError('NETWORK_FAILED', `${told(call)}: ${plugin.type} failed`, {
    cause: wordsOf(stdout) ?? (stderr.trim() || failure),
    hint: 'the configuration of the network and the words of its plugin say more',
  })
}

/** The program of a plugin. @throws TsbuildError NETWORK_FAILED where there is none */
export function findPlugin(
  pluginDirs: readonly string[],
  call: Pick<PluginCall, 'command' | 'network' | 'plugin'>,
): string {
  const { type } = call.plugin
  const program = findProgram(type, pluginDirs.join(':'))
  if (program !== undefined) return program
  throw new TsbuildError('NETWORK_FAILED', `${told(call)}: there is no plugin ${type}`, {
    hint: `install the package containernetworking-plugins; looked in ${pluginDirs.join(', ')}`,
  })
}

const told = ({ command, network }: Pick<PluginCall, 'command' | 'network'>) =>
  command === 'ADD'
    ? `cannot join the network ${network.name}`
    : `cannot leave the network ${network.name}`

/** CNI SPEC 1.0, section 5, "Error". */
function wordsOf(stdout: string): string | undefined {
  try {
    const { msg, details = '' } = JSON.parse(stdout)
    return typeof msg === 'string'
      ? [msg, details].filter((words) => words !== '').join('; ')
      : undefined
  } catch {
    return undefined
  }
}
