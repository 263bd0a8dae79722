// SPDX-License-Identifier: Apache-2.0
import type { Values } from '../../../cli/command.ts'
import { containerOptions } from '../../../cli/container-options.ts'

/** What a line without any of the options that containers share gives. */
export const noContainerOptions: Values = Object.fromEntries(
  Object.entries(containerOptions).map(([name, { type }]) => [
    name,
    type === 'string[]' ? [] : undefined,
  ]),
)
