// SPDX-License-Identifier: Apache-2.0

/** An image's config without what differs from build to build. Absent and empty are one. */
export interface ComparableConfig {
  readonly architecture: string
  readonly os: string
  readonly author: string
  readonly user: string
  readonly workingDir: string
  readonly stopSignal: string
  /** Sorted: buildah moves a variable that is set again. */
  readonly env: readonly string[]
  /** As JSON: `[]` clears what the base has, absence does not. */
  readonly cmd: string
  readonly entrypoint: string
  readonly labels: readonly string[]
  readonly exposedPorts: readonly string[]
  readonly volumes: readonly string[]
  readonly history: readonly string[]
}

/** A config as JSON of a peer or of us: any member may be there or not. */
export interface RawConfig {
  readonly architecture?: string
  readonly os?: string
  readonly author?: string
  readonly rootfs: { readonly diff_ids: readonly string[] }
  readonly history?: readonly HistoryEntry[]
  readonly config?: {
    readonly User?: string
    readonly WorkingDir?: string
    readonly StopSignal?: string
    readonly Env?: readonly string[]
    readonly Cmd?: readonly string[]
    readonly Entrypoint?: readonly string[]
    readonly Labels?: Readonly<Record<string, string>> | null
    readonly ExposedPorts?: object | null
    readonly Volumes?: object | null
  }
}

export interface HistoryEntry {
  readonly created_by?: string
  readonly empty_layer?: boolean
}

/** @see OCI image spec, config.md */
export function comparableConfig(raw: RawConfig): ComparableConfig {
  const { config = {}, history = [] } = raw
  const { 'io.buildah.version': _, ...labels } = config.Labels ?? {}
  return {
    architecture: raw.architecture ?? '',
    os: raw.os ?? '',
    author: raw.author ?? '',
    user: config.User ?? '',
    workingDir: config.WorkingDir ?? '',
    stopSignal: config.StopSignal ?? '',
    env: [...(config.Env ?? [])].sort(),
    cmd: JSON.stringify(config.Cmd ?? null),
    entrypoint: JSON.stringify(config.Entrypoint ?? null),
    labels: Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .sort(),
    exposedPorts: Object.keys(config.ExposedPorts ?? {}).sort(),
    volumes: Object.keys(config.Volumes ?? {}).sort(),
    history: history.map(historyLine),
  }
}

/**
 * Blanks are not compared: buildah keeps the line as it is written. Of ADD and COPY it writes a
 * digest of its own tar stream, of ARG all names so far: only that they were there is compared.
 */
const historyLine = ({ created_by = '', empty_layer = false }: HistoryEntry): string =>
  created_by
    .replace(
      /^(.*#\(nop\)) (ADD|COPY|ARG)\b.*$/is,
      (_, start, word) => `${start} ${word.toUpperCase()} …`,
    )
    .replaceAll(/\s/g, '') + (empty_layer ? ' (no layer)' : '')
