// SPDX-License-Identifier: Apache-2.0
import { type Static, Type } from '../lib/schema.ts'
import { type Device, Linux } from './schema-linux.ts'
import { Flag, type Frozen, Name, Text, TextMap } from './schema-parts.ts'
import * as process from './schema-process.ts'
import type { Resources } from './schema-resources.ts'

/**
 * A container as the OCI runtime-spec 1.2 describes it in config.json, the part for Linux.
 *
 * Properties that are not listed are allowed and ignored, as the specification asks. Whoever needs
 * the type alone uses `import type`: the schema pulls in a package, the type does not.
 *
 * @see OCI runtime-spec, config.md and config-linux.md
 */
export const RuntimeSpec = Type.Object({
  ociVersion: Type.String({
    pattern: '^1\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)([-+][0-9A-Za-z.+-]+)?$',
    expected: 'a version 1.x.y',
  }),
  root: Type.Object({ path: Name, readonly: Type.Optional(Flag) }),
  process: Type.Optional(process.Process),
  hostname: Type.Optional(Text),
  domainname: Type.Optional(Text),
  mounts: Type.Optional(Type.Array(process.Mount)),
  hooks: Type.Optional(process.Hooks),
  annotations: Type.Optional(TextMap),
  linux: Type.Optional(Linux),
})
export type RuntimeSpec = Frozen<Static<typeof RuntimeSpec>>

export type Mount = Frozen<Static<typeof process.Mount>>
export type IdMapping = Frozen<Static<typeof process.IdMapping>>
export type Rlimit = Frozen<Static<typeof process.Rlimit>>
export type LinuxDevice = Frozen<Static<typeof Device>>
export type LinuxResources = Frozen<Static<typeof Resources>>
