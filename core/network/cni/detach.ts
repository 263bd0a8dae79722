// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../lib/errors.ts'
import { besideProgram } from '../../lib/exec.ts'
import { callPlugin } from './plugin.ts'
import {
  type AttachedNetwork,
  type Attachment,
  readAttachment,
  removeAttachment,
} from './record.ts'
import { cniResult } from './result.ts'

export interface DetachOptions {
  /** The host's PATH. */
  readonly path: string
  /** `gone`: nobody holds the network namespace any more. */
  readonly netns: 'there' | 'gone'
}

/**
 * Takes a container from its networks: DEL for each, the last one first. The record goes when all
 * have said that it is done.
 *
 * @param recordPath of a record; one that is gone was dealt with
 * @throws TsbuildError NETWORK_FAILED with the words of the plugins that failed
 */
export async function detachNetworks(recordPath: string, options: DetachOptions): Promise<void> {
  const record = readAttachment(recordPath)
  if (record === undefined) return
  const { path } = options
  const failures: unknown[] = []
  const detachAll = async (netns: string) => {
    for (const attached of record.networks.toReversed())
      failures.push(...(await detach({ ...record, netns }, attached, path)))
  }
  if (options.netns === 'there') await detachAll(record.netns)
  else await withStandIn(record, path, detachAll)
  const [first] = failures
  if (first !== undefined) throw first
  removeAttachment(recordPath)
}

/** Each plugin is asked, whatever became of the others. @returns what went wrong */
async function detach(
  { containerId, netns, pluginDirs }: Attachment,
  { network, ifname, result }: AttachedNetwork,
  path: string,
): Promise<unknown[]> {
  const failures: unknown[] = []
  const place = { containerId, netns, ifname, pluginDirs, path }
  for (const plugin of network.plugins.toReversed()) {
    const prevResult = result ?? undefined
    try {
      await callPlugin(place, { command: 'DEL', network, plugin, prevResult })
    } catch (error) {
      if (!(error instanceof TsbuildError)) throw error
      failures.push(error)
    }
  }
  return failures
}

/**
 * Plugins find the rules they made by the addresses of the interface, and forget those of a
 * namespace that is gone. So they are given one with the same interfaces and addresses.
 */
async function withStandIn(
  { networks }: Attachment,
  path: string,
  work: (netns: string) => Promise<void>,
): Promise<void> {
  const interfaces = networks.map(({ ifname, result }) => [ifname, ...cniResult(result).addresses])
  const env = { PATH: `${path}:/usr/sbin:/sbin`, LC_ALL: 'C' }
  const argv = ['unshare', '--net', 'sh', '-c', standIn, 'sh', ...interfaces.map(wordsOf)] as const
  await besideProgram({ argv: [...argv], env }, (pid) =>
    work(pid === undefined ? '' : `/proc/${pid}/ns/net`),
  )
}

const wordsOf = (words: readonly string[]) => words.join(' ')

/** Where a device cannot be made the plugins do without it. */
const standIn = `
number=0
for interface do
  set -- $interface
  name=$1; shift
  number=$((number + 1))
  ip link add "$name" type veth peer name "peer$number" && ip link set "$name" up
  for address do ip address add "$address" dev "$name"; done
done
echo ready
exec cat >/dev/null
`
