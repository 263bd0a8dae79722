// SPDX-License-Identifier: Apache-2.0

/**
 * What network a container sees: an own namespace with nothing but its loopback, the caller's, or
 * an own one that slirp4netns connects.
 */
export type NetworkMode = 'none' | 'host' | 'slirp4netns'
