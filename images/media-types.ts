// SPDX-License-Identifier: Apache-2.0

/** Which specification's words the documents of an image use. */
export type ManifestFormat = 'oci' | 'docker'

export type LayerCompression = 'none' | 'gzip' | 'zstd'

/** @see OCI image-spec, media-types.md; docker distribution, manifest-v2-2 */
export const mediaTypes = {
  oci: {
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    index: 'application/vnd.oci.image.index.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
  },
  docker: {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
  },
} as const

const OCI_LAYER = 'application/vnd.oci.image.layer.v1.tar'
const OCI_KEPT_BACK = 'application/vnd.oci.image.layer.nondistributable.v1.tar'
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar'

const layerTypes: ReadonlyMap<string, LayerCompression> = new Map([
  [OCI_LAYER, 'none'],
  [`${OCI_LAYER}+gzip`, 'gzip'],
  [`${OCI_LAYER}+zstd`, 'zstd'],
  [OCI_KEPT_BACK, 'none'],
  [`${OCI_KEPT_BACK}+gzip`, 'gzip'],
  [`${OCI_KEPT_BACK}+zstd`, 'zstd'],
  [DOCKER_LAYER, 'none'],
  [`${DOCKER_LAYER}.gzip`, 'gzip'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar', 'none'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'gzip'],
])

/** How a layer is compressed; undefined where the type is not of a layer that we know. */
export const layerCompression = (mediaType: string): LayerCompression | undefined =>
  layerTypes.get(mediaType)

/** The type of a layer; undefined where the format has no word for it. */
export function layerMediaType(
  format: ManifestFormat,
  compression: LayerCompression,
): string | undefined {
  if (format === 'oci') return compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`
  if (compression === 'zstd') return undefined
  return compression === 'none' ? DOCKER_LAYER : `${DOCKER_LAYER}.gzip`
}
