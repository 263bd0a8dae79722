// SPDX-License-Identifier: Apache-2.0
import { writeOut } from './io.ts'
import { launchTable } from './launch-table.ts'

// Run by the build, whose generator makes the launcher's C table of it.
writeOut(`${JSON.stringify(launchTable(), undefined, 2)}\n`)
