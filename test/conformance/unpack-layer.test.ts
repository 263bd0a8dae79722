// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createReadStream, linkSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { decompress } from '../../images/compression.ts'
import { applyLayer } from '../../images/layer/apply.ts'
import { facts } from '../harness/facts.ts'
import { requires } from '../harness/requires.ts'
import { listTree } from '../unit/images/unpack/list-tree.ts'
import { makeTree } from '../unit/images/unpack/make-tree.ts'
import { sys } from '../unit/images/unpack/scratch-root.ts'

/** Names that are one file, of all files with several. */
function linkGroups(root: string): string[] {
  const args = [root, '-links', '+1', '!', '-type', 'd', '-printf', String.raw`%i %P\n`]
  const groups = new Map<string, string[]>()
  for (const line of execFileSync('find', args, { encoding: 'latin1' }).split('\n').sort()) {
    const [inode = '', name = ''] = line.split(/ (.*)/)
    groups.set(inode, [...(groups.get(inode) ?? []), name])
  }
  return [...groups.values()].map((names) => names.join(' = ')).sort()
}

const PACK = `
options="--format=pax --xattrs --xattrs-include=* --numeric-owner"
tar -C "$1" $options -c . | $3 > "$2"`

describe('a root file system of Debian, packed by GNU tar', () => {
  for (const packer of ['gzip', 'zstd']) {
    it(`is unpacked as it was, through ${packer}`, requires('debian rootfs', 'root'), async (t) => {
      const base = mkdtempSync(join(tmpdir(), 'tsbuild-layer-conformance-'))
      t.after(() => rmSync(base, { recursive: true }))
      const [source, target] = [join(base, 'source'), join(base, 'target')]
      mkdirSync(join(source, 'extra'), { recursive: true })
      mkdirSync(target)
      execFileSync('tar', ['-C', source, '--numeric-owner', '-xpf', facts().debianArchive ?? ''])
      makeTree(join(source, 'extra'))
      linkSync(join(source, 'etc/debian_version'), join(source, 'extra/version'))
      execFileSync('sh', ['-euc', PACK, 'sh', source, join(base, 'layer'), packer])
      await apply(join(base, 'layer'), target)
      assert.deepEqual(listTree(target), listTree(source))
      assert.deepEqual(linkGroups(target), linkGroups(source))
    })
  }
})

async function apply(layer: string, directory: string): Promise<void> {
  const losses = { owners: 0, xattrs: 0, sockets: 0 }
  const rules = { sys, holdsIds: () => true, origin: 'foreign', losses } as const
  const { content } = await decompress(createReadStream(layer, { highWaterMark: 2 ** 20 }))
  const opaqueXattr = 'trusted.overlay.opaque'
  await applyLayer(content, {
    rootFd: openSync(directory, 'r'),
    rules,
    form: 'overlay',
    opaqueXattr,
  })
  assert.deepEqual(losses, { owners: 0, xattrs: 0, sockets: 0 })
}
