// SPDX-License-Identifier: Apache-2.0
// What few runs need, in a bundle of its own.
export { dropMountPoints } from '../snapshot/mount-points.ts'
export { containerVolumes } from '../volumes.ts'
export { prepareHostMounts } from './host-mounts.ts'
