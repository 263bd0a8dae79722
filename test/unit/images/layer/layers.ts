// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyLayer, type LayerTarget } from '../../../../images/layer/apply.ts'
import type { AttributeRules } from '../../../../images/unpack/attributes.ts'
import { chunksOf, isHostRoot, sys } from '../unpack/scratch-root.ts'

/** Directories for layers, one over the other, beside others that nothing may touch. */
export interface ScratchLayers {
  readonly base: string
  readonly rules: AttributeRules
  /** Unpacks one more layer; a directory of its own, which is returned. */
  readonly overlay: (archive: Buffer, options?: Partial<LayerTarget>) => Promise<string>
  /** The same into the one tree that takes all. */
  readonly tree: (archive: Buffer) => Promise<string>
  /** What is in an overlay of all, as `list` has it. */
  readonly mounted: () => string[]
  readonly dispose: () => void
}

export const opaqueXattr = isHostRoot ? 'trusted.overlay.opaque' : 'user.overlay.opaque'

export function scratchLayers(rules: Partial<AttributeRules> = {}): ScratchLayers {
  const base = mkdtempSync(join(tmpdir(), 'tsbuild-layer-test-'))
  const opened: { readonly path: string; readonly fd: number }[] = []
  const all: AttributeRules = {
    sys,
    holdsIds: (uid, gid) => isHostRoot || (uid === 0 && gid === 0),
    origin: 'foreign',
    losses: { owners: 0, xattrs: 0, sockets: 0 },
    ...rules,
  }
  const apply = (archive: Buffer, rootFd: number, options: Partial<LayerTarget>) => {
    const target = { rootFd, rules: all, form: 'overlay', opaqueXattr, ...options } as const
    return applyLayer(chunksOf(archive, 1000), target)
  }
  const made = (name: string) => {
    const path = join(base, name)
    mkdirSync(path, { recursive: true })
    return { path, fd: openSync(path, constants.O_RDONLY | constants.O_DIRECTORY) }
  }
  return {
    base,
    rules: all,
    async overlay(archive, options = {}) {
      const layer = made(`layer${opened.length}`)
      const lower = opened.map(({ fd }) => fd).reverse()
      opened.push(layer)
      await apply(archive, layer.fd, { lower, ...options })
      return layer.path
    },
    async tree(archive) {
      const { path, fd } = made('tree')
      try {
        await apply(archive, fd, { form: 'tree' })
      } finally {
        closeSync(fd)
      }
      return path
    },
    mounted: () => listMounted(base, opened.map(({ path }) => path).reverse()),
    dispose() {
      for (const { fd } of opened) closeSync(fd)
      rmSync(base, { recursive: true, force: true })
    },
  }
}

/** What is in a directory, a line a file: name, and mode or content or target. */
export const list = (directory: string): string[] =>
  lines(execFileSync('sh', ['-euc', `cd "$1"; ${LIST}`, 'sh', directory], { encoding: 'utf8' }))

const LIST = [
  String.raw`find . -mindepth 1 -type d -printf '%P/ %m\n'`,
  String.raw`-o -type f -printf '%P: ' -exec cat {} \; -printf '\n'`,
  String.raw`-o -printf '%P %y %l\n' | LC_ALL=C sort`,
].join(' ')

const MOUNT = `mount -t overlay overlay -o "lowerdir=$2$3" "$1"; cd "$1"; ${LIST}`

function listMounted(base: string, directories: readonly string[]): string[] {
  // One directory alone is no overlay.
  for (const name of ['empty', 'merged']) mkdirSync(join(base, name), { recursive: true })
  const lower = [...directories, join(base, 'empty')].join(':')
  const [flags, option] = isHostRoot
    ? [['--mount'], '']
    : [['--mount', '--user', '--map-root-user'], ',userxattr']
  const args = [...flags, 'sh', '-euc', MOUNT, 'sh', join(base, 'merged'), lower, option]
  return lines(execFileSync('unshare', args, { encoding: 'utf8' }))
}

const lines = (text: string) => text.split('\n').slice(0, -1)
