// SPDX-License-Identifier: Apache-2.0

import { version } from '../core/version.ts'

/** What `tsbuild --version` prints. */
export const versionLine = `tsbuild version ${version}`

/** What `tsbuild version --json` prints, with Go's names for the machine as all engines have. */
export const versionFacts = () => ({
  version,
  nodeVersion: process.versions.node,
  osArch: `${process.platform}/${goArch[process.arch] ?? process.arch}`,
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

const goArch: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }
