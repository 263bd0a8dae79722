// SPDX-License-Identifier: Apache-2.0
import { loadChunk } from './chunk.ts'
import { writeOut } from './io.ts'
import { checkNodeVersion } from './node-version.ts'
import { report } from './report.ts'
import { route } from './route.ts'
import { versionLine, versionText } from './version.ts'

// The first bundle to start, on any Node: it stays small, and its build lowers its syntax.
void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})

async function main(argv: readonly string[]): Promise<number> {
  try {
    checkNodeVersion(process.versions.node)
    return await dispatch(argv)
  } catch (error) {
    return report(error)
  }
}

function dispatch(argv: readonly string[]): Promise<number> | number {
  switch (route(argv)) {
    case 'version':
      writeOut(`${versionText()}\n`)
      return 0
    case 'version line':
      writeOut(`${versionLine}\n`)
      return 0
    case 'run':
      return loadChunk('./run.cjs').main(argv)
    case 'cli':
      return loadChunk('./cli.cjs').main(argv)
  }
}
