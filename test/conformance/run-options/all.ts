// SPDX-License-Identifier: Apache-2.0
import { basicRows } from './basics.ts'
import { confRows } from './conf.ts'
import { mountRows } from './mounts.ts'
import { namespaceRows } from './namespaces.ts'
import { networkRows } from './network.ts'
import { processRows } from './process.ts'
import type { OptionRow } from './row.ts'
import { runtimeRows } from './runtime.ts'
import { seccompRows } from './seccomp.ts'

export const rows: readonly OptionRow[] = [
  ...basicRows,
  ...confRows,
  ...namespaceRows,
  ...networkRows,
  ...processRows,
  ...runtimeRows,
  ...mountRows,
  ...seccompRows,
]
