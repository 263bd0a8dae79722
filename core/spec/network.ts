// SPDX-License-Identifier: Apache-2.0
import type { Ipv4Network } from '../lib/ip.ts'

/** What network a container sees, every choice made. */
export type Network =
  | SingleNetwork
  /** Networks of CNI by their names; the first is eth0. */
  | { readonly kind: 'cni'; readonly names: readonly string[] }

export type SingleNetwork =
  /** A namespace with nothing but its loopback. */
  | { readonly kind: 'none' }
  /** The caller's. */
  | { readonly kind: 'host' }
  /** An existing namespace that others have set up. */
  | { readonly kind: 'joined'; readonly path: string }
  | SlirpNetwork
  | PastaNetwork

/** A namespace that slirp4netns connects with a tap device. */
export interface SlirpNetwork {
  readonly kind: 'slirp4netns'
  /** Its path; undefined: it is looked for in PATH. */
  readonly program: string | undefined
  readonly mtu: number
  readonly cidr: Ipv4Network
  readonly hostLoopback: boolean
  readonly ipv6: boolean
  /** An address or the name of an interface of the host. */
  readonly outboundAddress: string | undefined
  readonly outboundAddress6: string | undefined
}

/** A namespace that pasta connects, with an address of the host's. */
export interface PastaNetwork {
  readonly kind: 'pasta'
  /** The user's, which take the place of our own. */
  readonly args: readonly string[]
  /** Whether the address of the host's gateway leads to the host itself. */
  readonly mapsGateway: boolean
}

/** What there is to know of a network when it is connected. */
export interface NetworkView {
  /** Of the container itself; empty where none is known. */
  readonly ownAddresses: readonly string[]
  /** Where the container reaches the host; undefined where it does not. */
  readonly hostAddress: string | undefined
  /** Name servers of the network, and its search domains. */
  readonly nameservers: readonly string[]
  readonly search: readonly string[]
  /** Whether those of the host are asked when the network's do not answer. */
  readonly addsHostServers: boolean
  /** Asked where there would be no other one. */
  readonly lastNameserver: string | undefined
  /** Whether the host's loopback is the container's, and so name servers on it. */
  readonly sharesLoopback: boolean
}
