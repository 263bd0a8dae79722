// SPDX-License-Identifier: Apache-2.0

/**
 * What belongs to us belongs to root in an image: in a user namespace by its map, and by these
 * where a normal user has none. For uid 0 they change nothing.
 */
export const ownIds = () => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 })

/** The id in the image of what the kernel calls `id`. */
export const imageId = (id: number, own: number): number => (id === own ? 0 : id)

/** What the kernel is to call the image's `id`. */
export const kernelId = (id: number, own: number): number => (id === 0 ? own : id)
