// SPDX-License-Identifier: Apache-2.0
import { arch } from 'node:process'

/** Architectures as the image specification spells them, which is how Go does. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** What programs must be made for to run here. */
export const thisPlatform = { os: 'linux', architecture: architectures[arch] ?? arch } as const
