// SPDX-License-Identifier: Apache-2.0
import { arch } from 'node:process'
import { invalidManifest } from './invalid-manifest.ts'
import type { Descriptor, ImageIndex, Platform } from './manifest.ts'

/** Architectures as the image specification spells them, which is how Go does. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' }

/** What every machine of an architecture runs, the rest only some. */
const baselines: Readonly<Record<string, string>> = { amd64: 'v1', arm64: 'v8' }

/** Of the machine we run on. */
export const hostPlatform = (): Platform => ({
  os: 'linux',
  architecture: architectures[arch] ?? arch,
})

/** Whether what is made for one platform runs on the other, as far as that is known. */
export function runsOn(image: Platform, host: Platform): boolean {
  const { os, architecture, variant = '' } = image
  if (os !== host.os || architecture !== host.architecture) return false
  return ['', host.variant ?? '', baselines[architecture]].includes(variant)
}

/**
 * The manifest of an index that is for this platform: the first one.
 *
 * @throws TsbuildError MANIFEST_INVALID that lists the platforms there are
 */
export function choosePlatform({ manifests }: ImageIndex, host: Platform): Descriptor {
  const images = manifests.filter((descriptor) => !isAttestation(descriptor))
  const found = images.find(({ platform }) => platform !== undefined && runsOn(platform, host))
  if (found !== undefined) return found
  const [only] = images
  if (only !== undefined && images.length === 1 && only.platform === undefined) return only
  const there = images.map(({ platform }) => shown(platform)).join(', ')
  throw invalidManifest(
    'the index',
    `nothing in it is for ${printPlatform(host)}: ${there || 'it is empty'}`,
  )
}

/** What BuildKit puts beside an image: statements about it. */
const isAttestation = ({ annotations }: Descriptor): boolean =>
  annotations?.['vnd.docker.reference.type'] === 'attestation-manifest'

function shown(platform: Platform | undefined): string {
  if (platform === undefined) return 'an unnamed platform'
  return printPlatform(platform)
}

/** `linux/amd64`, `linux/arm64/v8` */
export const printPlatform = ({ os, architecture, variant = '' }: Platform): string =>
  [os, architecture, ...(variant === '' ? [] : [variant])].join('/')
