// SPDX-License-Identifier: Apache-2.0
/** Debian's root file system through layers and GNU tar, in both directions. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { facts } from '../harness/facts.ts'
import { lacking } from '../harness/requires.ts'
import { pack } from '../unit/images/layer/pack-tree.ts'
import { inNamespace, unpackAndPack } from '../unit/images/layer/unpack-and-pack.ts'
import { listTree } from '../unit/images/unpack/list-tree.ts'
import { makeInMemory, removeFromMemory } from './support/in-memory.ts'

const skip = lacking('root', 'debian rootfs') ?? false
const options = ['--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner']
let parent = ''
let base = ''

const archive = (): string => facts().debianArchive ?? ''

/** `theirs` is what GNU tar unpacked, `ours` what we did; `ours.tar` is a layer of it. */
before(async () => {
  if (skip !== false) return
  parent = mkdtempSync(`${tmpdir()}/tsbuild-layer-test-`)
  base = makeInMemory(`${parent}/files`)
  unpackByTar(archive(), 'theirs')
  await unpackAndPack(archive(), `${base}/ours`)
})
after(() => {
  if (parent === '') return
  removeFromMemory(base)
  rmSync(parent, { recursive: true })
})

function unpackByTar(from: string, to: string): void {
  mkdirSync(`${base}/${to}`)
  execFileSync('tar', ['-C', `${base}/${to}`, '-xpf', from, ...options])
}

describe('the root file system of Debian', { skip }, () => {
  it('is unpacked by us as by GNU tar', () => {
    assert.deepEqual(listTree(`${base}/ours`), listTree(`${base}/theirs`))
  })

  it('gives the same layer, whoever unpacked it', () => {
    assert.ok(layer().equals(pack(`${base}/theirs`)))
  })

  it('comes back from its layer by GNU tar', () => {
    unpackByTar(`${base}/ours.tar`, 'back')
    const withoutRoot = (lines: string[]) => lines.filter((line) => !line.startsWith('. '))
    assert.deepEqual(withoutRoot(listTree(`${base}/back`)), withoutRoot(listTree(`${base}/ours`)))
  })

  it('comes back from its layer by us', async () => {
    await unpackAndPack(`${base}/ours.tar`, `${base}/again`)
    assert.ok(layer().equals(readFileSync(`${base}/again.tar`)))
  })

  it('gives the same layer to a single id', async () => {
    await inNamespace('0 0 1', archive(), `${base}/single`)
    assert.ok(layer().equals(readFileSync(`${base}/single.tar`)))
  })
})

const layer = (): Buffer => readFileSync(`${base}/ours.tar`)
