// SPDX-License-Identifier: Apache-2.0
import { type Digest, isDigest } from './digest.ts'
import { checkForeign, isObject, parseForeignJson } from './foreign-json.ts'
import { invalidManifest } from './invalid-manifest.ts'
import { ImageConfig } from './model.ts'

/** Bound of what a stranger can size. */
export const MAX_CONFIG_BYTES = 8 * 1024 * 1024

/** The config of an image that came from elsewhere, with a name for each of its layers. */
export interface ForeignConfig {
  readonly config: ImageConfig
  /** The lowest first. */
  readonly diffIds: readonly Digest[]
}

/**
 * Reads an image's config. `null`, which Go programs write for what is not there, is left out;
 * keys that we do not know are kept.
 *
 * @param layerCount how many layers the manifest lists
 * @throws TsbuildError MANIFEST_INVALID
 * @see OCI image-spec, config.md
 */
export function parseImageConfig(bytes: Buffer, layerCount: number): ForeignConfig {
  const what = "the image's config"
  if (bytes.length > MAX_CONFIG_BYTES) {
    throw invalidManifest(what, `it has more than ${MAX_CONFIG_BYTES} bytes`)
  }
  const config = checkForeign(ImageConfig, cleaned(parseForeignJson(bytes, what)), what)
  const diffIds = (config.rootfs?.diff_ids ?? []).map(checkedDigest)
  if (diffIds.length === layerCount) return { config, diffIds }
  const reason = `it names ${diffIds.length} layers, the manifest lists ${layerCount}`
  throw invalidManifest(what, reason)
}

function checkedDigest(text: string): Digest {
  if (isDigest(text)) return text
  const shown = JSON.stringify(text.slice(0, 100))
  throw invalidManifest("the image's config", `the layer ${shown} is not named by a sha256 digest`)
}

function cleaned(document: Record<string, unknown>): unknown {
  const top = withoutNulls(document)
  return {
    ...top,
    ...(isObject(top['config']) ? { config: cleanedExecution(top['config']) } : {}),
    ...(isObject(top['rootfs']) ? { rootfs: cleanedRootfs(top['rootfs']) } : {}),
    ...(Array.isArray(top['history']) ? { history: top['history'].map(cleanedEntry) } : {}),
  }
}

function cleanedExecution(config: Record<string, unknown>): Record<string, unknown> {
  const kept = withoutNulls(config)
  for (const name of ['ExposedPorts', 'Volumes']) {
    const keys = kept[name]
    if (isObject(keys)) kept[name] = valuesOr(keys, {})
  }
  const { Labels: labels, Healthcheck: check } = kept
  if (isObject(labels)) kept['Labels'] = valuesOr(labels, '')
  if (isObject(check)) kept['Healthcheck'] = withoutNulls(check)
  return kept
}

/** An image without layers has `null` there. */
function cleanedRootfs(rootfs: Record<string, unknown>): Record<string, unknown> {
  return { ...rootfs, diff_ids: rootfs['diff_ids'] ?? [] }
}

const cleanedEntry = (entry: unknown): unknown => (isObject(entry) ? withoutNulls(entry) : entry)

const withoutNulls = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== null))

const valuesOr = (map: Record<string, unknown>, missing: unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? missing]))
