// SPDX-License-Identifier: Apache-2.0
import { type Static, Type } from '../core/lib/schema.ts'

const Strings = Type.Optional(Type.Array(Type.String()))
/** The keys count. */
const Keys = Type.Optional(Type.Record(Type.String(), Type.Object({})))

/** Durations in nanoseconds. */
const Healthcheck = Type.Object({
  Test: Strings,
  Interval: Type.Optional(Type.Integer()),
  Timeout: Type.Optional(Type.Integer()),
  StartPeriod: Type.Optional(Type.Integer()),
  StartInterval: Type.Optional(Type.Integer()),
  Retries: Type.Optional(Type.Integer()),
})
export type Healthcheck = Static<typeof Healthcheck>

/**
 * What a container started from the image runs, and how. Names as the specification spells them;
 * keys we do not know are kept.
 */
const ExecutionConfig = Type.Object({
  User: Type.Optional(Type.String()),
  ExposedPorts: Keys,
  Env: Strings,
  Entrypoint: Strings,
  Cmd: Strings,
  Volumes: Keys,
  WorkingDir: Type.Optional(Type.String()),
  Labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  StopSignal: Type.Optional(Type.String()),
  /** What runs commands that are written as text. Docker's, like those below. */
  Shell: Strings,
  OnBuild: Strings,
  Healthcheck: Type.Optional(Healthcheck),
  Hostname: Type.Optional(Type.String()),
  Domainname: Type.Optional(Type.String()),
})
export type ExecutionConfig = Static<typeof ExecutionConfig>

/** One step that made the image; `empty_layer` when it changed no file. */
const HistoryEntry = Type.Object({
  created: Type.Optional(Type.String()),
  created_by: Type.Optional(Type.String()),
  author: Type.Optional(Type.String()),
  comment: Type.Optional(Type.String()),
  empty_layer: Type.Optional(Type.Boolean()),
})
export type HistoryEntry = Static<typeof HistoryEntry>

/** The config of an image, open to keys that we do not know. @see OCI image-spec, config.md */
export const ImageConfig = Type.Object({
  architecture: Type.String(),
  os: Type.String(),
  variant: Type.Optional(Type.String()),
  created: Type.Optional(Type.String()),
  author: Type.Optional(Type.String()),
  /** Docker's. */
  comment: Type.Optional(Type.String()),
  config: Type.Optional(ExecutionConfig),
  rootfs: Type.Optional(
    Type.Object({ type: Type.Literal('layers'), diff_ids: Type.Array(Type.String()) }),
  ),
  history: Type.Optional(Type.Array(HistoryEntry)),
})
export type ImageConfig = Static<typeof ImageConfig>
