// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttributeRules } from '../../../../images/unpack/attributes.ts'
import type { TreeTarget } from '../../../../images/unpack/tree.ts'
import { unpackArchive } from '../../../../images/unpack/unpack-archive.ts'
import { syscalls } from '../../../../native-shim/syscalls.ts'

/** A directory to unpack to, beside others that nothing may touch. */
export interface ScratchRoot {
  /** Holds `root` and what is outside of it. */
  readonly base: string
  readonly root: string
  readonly rules: AttributeRules
  readonly unpack: (archive: Buffer, at?: string) => Promise<void>
  readonly target: (at?: string) => TreeTarget
  readonly dispose: () => void
}

export const sys = syscalls()

/** Whether this process can give files to any id and make devices: the host's root. */
export const isHostRoot =
  /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync('/proc/self/uid_map', 'utf8')) &&
  process.getuid?.() === 0

export function scratchRoot(rules: Partial<AttributeRules> = {}): ScratchRoot {
  const base = mkdtempSync(join(tmpdir(), 'tsbuild-unpack-test-'))
  const root = join(base, 'root')
  mkdirSync(root)
  const rootFd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
  const all: AttributeRules = {
    sys,
    holdsIds: (uid, gid) => isHostRoot || (uid === 0 && gid === 0),
    origin: 'foreign',
    losses: { owners: 0, xattrs: 0, sockets: 0 },
    ...rules,
  }
  const target = (at = '') => ({ rootFd, base: at, rules: all })
  return {
    base,
    root,
    rules: all,
    target,
    unpack: (archive, at) => unpackArchive(chunksOf(archive, 1000), target(at)),
    dispose() {
      closeSync(rootFd)
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** Chunks that end anywhere, as those of a decompressor do. */
export async function* chunksOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}
