// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { dropMountPoints, findMountPoints } from '../../../../core/build/mount-points.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { mayMount, type TestContext, testContext } from '../store/test-context.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

/** What is mounted on without a base, as a run leaves it. */
const made = [
  'dev/',
  'proc/',
  'sys/',
  'etc/hosts',
  'etc/hostname',
  'etc/resolv.conf',
  'run/.containerenv',
]

/** Files of a snapshot: `x/` is a directory, `!x` removed, `x>y` a link, else an empty file. */
function layer(context: TestContext, number: number, entries: readonly string[]) {
  const key = String(number).repeat(64)
  const fs = join(context.paths.root, 'snapshots', key, 'fs')
  mkdirSync(fs, { recursive: true })
  for (const entry of entries) {
    const [name = '', target] = entry.replace('!', '').split('>')
    const path = join(fs, name)
    mkdirSync(dirname(path), { recursive: true })
    if (entry.startsWith('!')) execFileSync('mknod', [path, 'c', '0', '0'])
    else if (target !== undefined) symlinkSync(target, path)
    else if (name.endsWith('/')) mkdirSync(path, { recursive: true })
    else writeFileSync(path, name.startsWith('full') ? 'x' : '', { flag: 'a' })
  }
  return { key, fs }
}

const list = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()

interface Row {
  readonly name: string
  /** The lowest first. */
  readonly below: readonly (readonly string[])[]
  readonly after: readonly string[]
  readonly left: readonly string[]
}

const rows: readonly Row[] = [
  { name: 'no base', below: [], after: made, left: [] },
  { name: 'a base with all of them', below: [made], after: [], left: [] },
  {
    name: 'files of the program beside ours',
    below: [],
    after: [...made, 'etc/mine', 'run/lock/'],
    left: ['etc', 'etc/mine', 'run', 'run/lock'],
  },
  {
    name: 'files that the base has and the program touched',
    below: [['etc/hosts']],
    after: ['etc/hosts', 'etc/hostname'],
    left: ['etc', 'etc/hosts'],
  },
  {
    name: 'what an upper layer removed is not there',
    below: [
      ['etc/hosts', 'sys/'],
      ['!etc/hosts', '!sys'],
    ],
    after: ['etc/hosts', 'sys/'],
    left: [],
  },
  {
    name: 'nor what is below a directory that is a file now',
    below: [['etc/hosts'], ['etc']],
    after: ['etc/hosts'],
    left: ['etc'],
  },
  {
    name: 'what the program removed stays removed',
    below: [['etc/passwd']],
    after: ['!etc/passwd', 'etc/hosts'],
    left: ['etc', 'etc/passwd'],
  },
  {
    name: 'a directory with something in it',
    below: [],
    after: ['dev/mine'],
    left: ['dev', 'dev/mine'],
  },
]

describe('dropMountPoints', { skip }, () => {
  for (const { name, below, after, left } of rows) {
    it(`leaves no trace of ours: ${name}`, (t) => {
      const context = testContext()
      t.after(context.dispose)
      openStore(context)
      const keys = below.map((entries, index) => layer(context, index, entries).key)
      const before = findMountPoints(context, keys)
      const { fs } = layer(context, 9, after)
      dropMountPoints(fs, before)
      assert.deepEqual(list(fs), left)
    })
  }

  it('gives a directory that stays the time it had', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const below = layer(context, 1, ['etc/passwd'])
    utimesSync(join(below.fs, 'etc'), 1, 1)
    const before = findMountPoints(context, [below.key])
    const { fs } = layer(context, 2, ['etc/hosts', 'etc/new'])
    dropMountPoints(fs, before)
    assert.equal(lstatSync(join(fs, 'etc')).mtimeMs, 1000)
  })

  it('follows no link, neither of the program nor of the base', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const outside = layer(context, 7, ['hosts', 'hostname', 'resolv.conf', '.containerenv'])
    utimesSync(outside.fs, 1, 1)
    let next = 1
    const links = [`etc>${outside.fs}`, `run>${outside.fs}`]
    for (const below of [[], links, ['etc/', 'run/']]) {
      const base = layer(context, next++, below)
      const before = findMountPoints(context, [base.key])
      assert.ok([...before.keys()].every((path) => !path.includes('/')))
      const { fs } = layer(context, next++, links)
      dropMountPoints(fs, before)
      assert.equal(list(outside.fs).length, 4)
      assert.equal(lstatSync(outside.fs).mtimeMs, 1000)
    }
  })
})
