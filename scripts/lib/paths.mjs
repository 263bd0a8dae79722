// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout, absolute. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** A path of the checkout, absolute. @param {string[]} parts */
export const at = (...parts) => join(repository, ...parts)

/** Everything the build makes. */
export const dist = at('dist')
