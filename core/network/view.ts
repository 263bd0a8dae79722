// SPDX-License-Identifier: Apache-2.0
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { isIpv4 } from '../lib/ip.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { pastaValue } from '../options/pasta.ts'
import type { NetworkView, PastaNetwork, SingleNetwork, SlirpNetwork } from '../spec/network.ts'
import type { CniResult } from './cni/result.ts'
import { type DefaultRoute, defaultRoute } from './default-route.ts'
import { pastaNameserver } from './pasta.ts'
import { slirpAddresses } from './slirp4netns.ts'

const unknown: NetworkView = {
  ownAddresses: [],
  hostAddress: undefined,
  nameservers: [],
  search: [],
  addsHostServers: true,
  lastNameserver: undefined,
  sharesLoopback: false,
}

/** What the files of a container must know of its network. */
export function networkView(
  network: SingleNetwork,
  { hostContainersInternalIp: host = '' }: Pick<EngineDefaults, 'hostContainersInternalIp'>,
): NetworkView {
  return withHost(viewOf(network), host)
}

/** The same of networks of CNI, once they are there. */
export function cniView(
  results: readonly CniResult[],
  { hostContainersInternalIp: host = '' }: Pick<EngineDefaults, 'hostContainersInternalIp'>,
): NetworkView {
  const all = (key: keyof CniResult) => results.flatMap((result) => result[key])
  const view = {
    ...unknown,
    ownAddresses: all('addresses').map((address) => address.replace(/\/.*/, '')),
    hostAddress: all('gateways').find(isIpv4) ?? hostAddress(),
    nameservers: all('nameservers'),
    search: all('search'),
    addsHostServers: false,
  }
  return withHost(view, host)
}

const withHost = (view: NetworkView, host: string): NetworkView =>
  host === '' ? view : { ...view, hostAddress: host === 'none' ? undefined : host }

function viewOf(network: SingleNetwork): NetworkView {
  switch (network.kind) {
    case 'none':
      return unknown
    case 'host':
      return { ...unknown, hostAddress: hostAddress() ?? '127.0.0.1', sharesLoopback: true }
    case 'joined':
      return { ...unknown, hostAddress: hostAddress() }
    case 'slirp4netns':
      return slirpView(network)
    case 'pasta':
      return pastaView(network)
  }
}

// slirp4netns can show the host's loopback as its gateway, but not if it is not asked to: services
// that listen on 127.0.0.1 alone are not meant for a container. What remains reachable is an
// address the host has towards others, and that is the one podman writes, too.
function slirpView({ cidr, hostLoopback }: SlirpNetwork): NetworkView {
  const { own, gateway, nameserver } = slirpAddresses(cidr)
  const host = hostLoopback ? gateway : hostAddress()
  return { ...unknown, ownAddresses: [own], hostAddress: host, nameservers: [nameserver] }
}

// The container has the host's own address, so that one leads to itself.
function pastaView({ args, mapsGateway }: PastaNetwork): NetworkView {
  const route = defaultRoute()
  const device = pastaValue(args, ['-i', '--interface']) ?? route?.device
  const own = pastaValue(args, ['-a', '--address']) ?? addressOf(device)
  return {
    ...unknown,
    ownAddresses: own === undefined ? [] : [own],
    hostAddress: mapsGateway ? gatewayOf(args, route) : hostAddress(own),
    lastNameserver: pastaValue(args, ['--dns-forward']) ?? pastaNameserver,
  }
}

const gatewayOf = (args: readonly string[], route: DefaultRoute | undefined) =>
  pastaValue(args, ['-g', '--gateway']) ?? route?.gateway

/** The host's first address that is neither a loopback one nor `except`. */
function hostAddress(except?: string): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && isOutward(one) && one.address !== except)?.address
}

const addressOf = (device: string | undefined): string | undefined =>
  device === undefined ? undefined : networkInterfaces()[device]?.find(isOutward)?.address

const isOutward = ({ internal, family }: NetworkInterfaceInfo) => !internal && family === 'IPv4'
