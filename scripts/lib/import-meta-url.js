// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url'

/** What CommonJS lacks: the URL of the bundle. */
export const importMetaUrl = pathToFileURL(__filename).href
