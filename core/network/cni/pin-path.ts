// SPDX-License-Identifier: Apache-2.0

/** Where a network namespace is held for the time after its container. */
export const pinPath = (folder: string): string => `${folder}/netns`
