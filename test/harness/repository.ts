// SPDX-License-Identifier: Apache-2.0
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout: the compiled harness is in dist/js/test/harness of it. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '../../../..')
