// SPDX-License-Identifier: Apache-2.0

/** The version of everything below the root: records, their fields, and the folders. */
export const STORE_VERSION = 1

/** Where things lie below the root of a store; `snapshots` and `links` also as relative names. */
export const folders = {
  containers: 'containers',
  images: 'images',
  snapshots: 'snapshots',
  /** Short names of the snapshots' `fs` folders, for the options of an overlay mount. */
  links: 'l',
  /** Links from the names of containers to their ids. */
  names: 'names',
  locks: 'locks',
  /** Configs, manifests and compressed layers, by digest. */
  blobs: 'blobs/sha256',
  /** What build steps made, by cache key. */
  cache: 'cache',
  /** Compiled profiles of seccomp. */
  seccomp: 'seccomp',
} as const

export const versionPath = (root: string) => `${root}/version`
export const driverPath = (root: string) => `${root}/driver.json`
export const indexPath = (root: string) => `${root}/index.json`
export const storeLockPath = (root: string) => `${root}/${folders.locks}/store`
/** Shared by who uses content that no record names, so that nobody removes it meanwhile. */
export const contentLockPath = (root: string) => `${root}/${folders.locks}/content`
export const containerLockPath = (root: string, id: string) =>
  `${root}/${folders.locks}/container-${id}`
export const snapshotLockPath = (root: string, key: string) =>
  `${root}/${folders.locks}/snapshot-${key}`

/** There while cgroups may be left that OCI runtimes made for containers of this store. */
export const cgroupsNoticePath = (root: string) => `${root}/${folders.locks}/cgroups`

/** The record of a container or an image. */
export const recordPath = (root: string, kind: 'containers' | 'images', id: string) =>
  `${root}/${folders[kind]}/${id}.json`

export const shortcutPath = (root: string, name: string) => `${root}/${folders.names}/${name}`

/** Names of containers. */
export const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/

/** Relative to the root, as overlay options take them. */
export const snapshotName = (key: string) => `${folders.snapshots}/${key}`
/** Four characters hold for 16 million snapshots, and 500 of them fit the options of a mount. */
export const linkName = (key: string) =>
  `${folders.links}/${Buffer.from(key.slice(0, 6), 'hex').toString('base64url')}`

/** The directory of a snapshot's files. */
export const snapshotFs = (root: string, key: string) => `${root}/${snapshotName(key)}/fs`
/** Owners that the file system cannot hold; beside the files, for no file could carry them. */
export const snapshotOwners = (root: string, key: string) => `${root}/${snapshotName(key)}/owners`

/**
 * Where is written down what runs made to mount on: what every run of a container needs, and what
 * only some do.
 */
export const madePaths = (root: string, key: string) => ({
  always: `${root}/${snapshotName(key)}/made`,
  here: `${root}/${snapshotName(key)}/made-here`,
})

/** Identities of containers, images and snapshots. */
export const isId = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
