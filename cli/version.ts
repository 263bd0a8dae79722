// SPDX-License-Identifier: Apache-2.0

import { version } from '../core/version.ts'
import { hostPlatform, printPlatform } from '../images/platform.ts'

/** What `tsbuild --version` prints. */
export const versionLine = `tsbuild version ${version}`

/** What `tsbuild version --json` prints, with Go's names for the machine as all engines have. */
export const versionFacts = () => ({
  version,
  nodeVersion: process.versions.node,
  osArch: printPlatform(hostPlatform()),
})

/** What `tsbuild version` prints. */
export function versionText(): string {
  const facts = versionFacts()
  return [
    `Version:       ${facts.version}`,
    `Node Version:  ${facts.nodeVersion}`,
    `OS/Arch:       ${facts.osArch}`,
  ].join('\n')
}
