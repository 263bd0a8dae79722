// SPDX-License-Identifier: Apache-2.0

export interface ContainerFacts {
  /** Our own. */
  readonly version: string
  readonly name: string
  readonly id: string
  /** Name and id of the image the container was made from; empty for scratch. */
  readonly image: string
  readonly imageId: string
  readonly rootless: boolean
}

/**
 * The text of /run/.containerenv, by which programs see that they are in a container. The keys are
 * podman's and buildah's.
 *
 * The file is read by shells (`. /run/.containerenv`), so what a shell would expand between double
 * quotes is escaped, and control characters are left out.
 */
export function containerEnvFile(facts: ContainerFacts): string {
  const texts = {
    engine: `tsbuild-${facts.version}`,
    name: facts.name,
    id: facts.id,
    image: facts.image,
    imageid: facts.imageId,
  }
  const lines = Object.entries(texts).map(([key, value]) => `${key}="${escaped(value)}"\n`)
  return `${lines.join('')}rootless=${facts.rootless ? 1 : 0}\n`
}

const escaped = (value: string) =>
  value.replace(/\p{Cc}/gu, '').replace(/["\\$`]/g, (char) => `\\${char}`)
