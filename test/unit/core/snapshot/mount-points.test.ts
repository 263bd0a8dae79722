// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext as Test } from 'node:test'
import { createSnapshot } from '../../../../core/snapshot/create.ts'
import { describeMade } from '../../../../core/snapshot/made-file.ts'
import { withRootfs } from '../../../../core/snapshot/mount.ts'
import { dropMountPoints } from '../../../../core/snapshot/mount-points.ts'
import type { MountedLayers } from '../../../../core/snapshot/rootfs.ts'
import { madePaths, snapshotFs } from '../../../../core/store/layout.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { fileTime } from '../../../../images/unpack/describe.ts'
import { syscalls } from '../../../../native-shim/syscalls.ts'
import { mayMount, type TestContext, testContext } from '../store/test-context.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

interface Row {
  readonly name: string
  /** Files of the base: `x/` is a directory, else an empty file. None: no base. */
  readonly base?: readonly string[]
  /** What the program did before it needed mount points. */
  readonly earlier?: (root: string) => void
  /** In the order in which init makes them. */
  readonly made: readonly string[]
  readonly program?: (root: string) => void
  /** In the snapshot that was written to. */
  readonly left: readonly string[]
}

const write = (path: string) => (root: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), 'x')
}

const rows: readonly Row[] = [
  { name: 'no base', made: ['dev/', 'etc/', 'etc/hosts', 'run/', 'run/.env'], left: [] },
  { name: 'a base', base: ['bin/sh'], made: ['dev/', 'etc/', 'etc/hosts'], left: [] },
  { name: 'a base with the directory', base: ['etc/passwd'], made: ['etc/hosts'], left: [] },
  {
    name: 'deep in directories of the base',
    base: ['usr/share/doc/x'],
    made: ['usr/share/doc/new/', 'usr/share/doc/new/point'],
    left: [],
  },
  {
    name: 'files of the program beside ours',
    made: ['etc/', 'etc/hosts', 'run/', 'run/.env'],
    program: write('etc/mine'),
    left: ['etc', 'etc/mine'],
  },
  {
    name: 'what the program put into a mount point that was not mounted on',
    made: ['data/'],
    program: write('data/file'),
    left: ['data', 'data/file'],
  },
  {
    name: 'a file that the program wrote to',
    made: ['etc/', 'etc/hosts'],
    program: write('etc/hosts'),
    left: ['etc', 'etc/hosts'],
  },
  {
    name: 'what the program changed in a directory of the base',
    base: ['etc/passwd'],
    made: ['etc/hosts'],
    program: (root) => rmSync(join(root, 'etc/passwd')),
    left: ['etc', 'etc/passwd'],
  },
  {
    name: 'the mode of a directory of the base',
    base: ['etc/passwd'],
    made: ['etc/hosts'],
    program: (root) => utimesSync(join(root, 'etc'), 5, 5),
    left: ['etc'],
  },
  {
    name: 'what was removed before stays removed',
    base: ['data/file'],
    earlier: (root) => rmSync(join(root, 'data'), { recursive: true }),
    made: ['data/'],
    left: ['data'],
  },
  {
    name: 'a link of the program in place of a mount point',
    made: ['data/'],
    program: (root) => {
      rmdirSync(join(root, 'data'))
      symlinkSync('/nowhere', join(root, 'data'))
    },
    left: ['data'],
  },
]

describe('dropMountPoints', { skip }, () => {
  for (const { name, base, earlier, made, program, left } of rows)
    it(`leaves no trace of ours: ${name}`, async (t) => {
      const { context, layers, fs } = stack(t, base)
      const time = lstatSync(fs, { bigint: true }).mtimeNs
      await withRoot(context, layers, (root) => earlier?.(root))
      await withRoot(context, layers, (root) => make(context, layers, { root, made }))
      await withRoot(context, layers, (root) => program?.(root))
      await dropMountPoints(context, layers, 'all')
      assert.deepEqual(list(fs), left)
      assert.ok(!existsSync(madePaths(context.paths.root, layers.active).always))
      if (earlier === undefined && program === undefined)
        assert.equal(lstatSync(fs, { bigint: true }).mtimeNs, time, 'the root keeps its time')
      if (left.includes('data') && base !== undefined)
        await withRoot(context, layers, (root) => assert.ok(!existsSync(join(root, 'data'))))
    })

  it('keeps the time of a directory that the program changed', async (t) => {
    const { context, layers, fs } = stack(t, ['etc/passwd'])
    const made = ['etc/hosts']
    await withRoot(context, layers, (root) => make(context, layers, { root, made }))
    await withRoot(context, layers, write('etc/mine'))
    const before = lstatSync(join(fs, 'etc'), { bigint: true }).mtimeNs
    await dropMountPoints(context, layers, 'all')
    assert.equal(lstatSync(join(fs, 'etc'), { bigint: true }).mtimeNs, before)
  })

  it('finishes what was killed between any two steps', async (t) => {
    for (const steps of [1, 2, 3, 4]) {
      const { context, layers, fs } = stack(t, ['etc/passwd'])
      const time = lstatSync(fs, { bigint: true }).mtimeNs
      const made = ['data/', 'etc/hosts'].slice(0, Math.ceil(steps / 2))
      await withRoot(context, layers, (root) =>
        make(context, layers, { root, made, isKilled: steps % 2 === 1 }),
      )
      await dropMountPoints(context, layers, 'all')
      assert.deepEqual(list(fs), [])
      assert.equal(lstatSync(fs, { bigint: true }).mtimeNs, time)
    }
  })

  it('follows no link out of the container', async (t) => {
    const { context, layers } = stack(t, undefined)
    const outside = join(context.paths.root, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'hosts'), '')
    utimesSync(outside, 1, 1)
    await withRoot(context, layers, (root) =>
      make(context, layers, { root, made: ['etc/', 'etc/hosts'] }),
    )
    await withRoot(context, layers, (root) => {
      rmSync(join(root, 'etc'), { recursive: true })
      symlinkSync(outside, join(root, 'etc'))
    })
    await dropMountPoints(context, layers, 'all')
    assert.deepEqual(readdirSync(outside), ['hosts'])
    assert.equal(lstatSync(outside).mtimeMs, 1000)
  })

  it('leaves what every run needs when that is wanted', async (t) => {
    const { context, layers, fs } = stack(t, undefined)
    const { always, here } = madePaths(context.paths.root, layers.active)
    await withRoot(context, layers, (root) => {
      make(context, layers, { root, made: ['dev/'] })
      make(context, layers, { root, made: ['data/'], file: here })
    })
    await dropMountPoints(context, layers, 'here')
    assert.deepEqual(list(fs), ['dev'])
    assert.deepEqual([existsSync(always), existsSync(here)], [true, false])
  })
})

function stack(t: Test, base: readonly string[] | undefined) {
  const context = testContext()
  t.after(context.dispose)
  openStore(context)
  const below = base === undefined ? [] : [createSnapshot(context)]
  for (const { fs } of below)
    for (const name of base ?? []) {
      mkdirSync(dirname(join(fs, name)), { recursive: true })
      writeFileSync(join(fs, name), '')
    }
  const { key } = createSnapshot(context)
  const layers: MountedLayers = {
    name: 'test',
    driver: 'overlay',
    layers: below.map((one) => one.key),
    active: key,
  }
  return { context, layers, fs: snapshotFs(context.paths.root, key) }
}

const withRoot = (context: TestContext, layers: MountedLayers, action: (root: string) => void) =>
  withRootfs(context, layers, (fd) => action(`/proc/self/fd/${fd}`))

interface Making {
  readonly root: string
  readonly made: readonly string[]
  readonly file?: string
  /** After the last one was made, before its directory got its time back. */
  readonly isKilled?: boolean
}

/** As init does it (made.c). */
function make(
  context: TestContext,
  layers: MountedLayers,
  { root, made, file = madePaths(context.paths.root, layers.active).always, isKilled }: Making,
): void {
  for (const [index, name] of made.entries()) {
    const path = join(root, name).replace(/\/$/, '')
    const before = fileTime(lstatSync(`${dirname(path)}/.`, { bigint: true }).mtimeNs)
    const point = { path: `/${name.replace(/\/$/, '')}`, before, isSettled: false }
    appendFileSync(file, describeMade(point), 'latin1')
    if (name.endsWith('/')) mkdirSync(path)
    else writeFileSync(path, '')
    if (isKilled === true && index === made.length - 1) return
    syscalls().utimensat(-1, `${dirname(path)}/.`, before)
    appendFileSync(file, '\0')
  }
}

const list = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort()
