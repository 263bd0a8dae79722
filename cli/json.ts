// SPDX-License-Identifier: Apache-2.0

/** JSON as the container tools print it: four spaces a level. */
export const json = (value: unknown): string => JSON.stringify(value, undefined, 4)
