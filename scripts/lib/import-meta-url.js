// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url'

/** What CommonJS lacks; esbuild puts it only into the bundles that ask for it. */
export const importMetaUrl = pathToFileURL(__filename).href
