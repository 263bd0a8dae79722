// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { dropMountPoints, findMountPoints } from '../../../../core/build/mount-points.ts'
import { snapshotFs } from '../../../../core/store/layout.ts'

const [lower, upper] = ['1'.repeat(64), '2'.repeat(64)]

/** Two snapshots, and a directory beside the store. */
function makeStore(t: TestContext) {
  const root = mkdtempSync(join(tmpdir(), 'tsbuild-mount-points-'))
  t.after(() => rmSync(root, { recursive: true }))
  const [below, fs] = [snapshotFs(root, lower), snapshotFs(root, upper)]
  for (const path of [below, fs, join(root, 'outside')]) mkdirSync(path, { recursive: true })
  return { paths: { root, runroot: root }, below, fs, outside: join(root, 'outside') }
}

/** As a run leaves them where the image has none. */
function leaveMountPoints(fs: string): void {
  for (const path of ['dev', 'proc', 'sys', 'etc', 'run']) mkdirSync(join(fs, path))
  for (const path of ['etc/hosts', 'etc/hostname', 'etc/resolv.conf', 'run/.containerenv'])
    writeFileSync(join(fs, path), '')
}

describe('mount points of a run', () => {
  it('leave nothing where the image has none', (t) => {
    const { paths, fs } = makeStore(t)
    const before = findMountPoints({ paths }, [lower])
    leaveMountPoints(fs)
    dropMountPoints(fs, before)
    assert.deepEqual(readdirSync(fs), [])
  })

  it('stay where the image has them, and where the program filled them', (t) => {
    const { paths, below, fs } = makeStore(t)
    mkdirSync(join(below, 'etc'))
    writeFileSync(join(below, 'etc/hosts'), '')
    const before = findMountPoints({ paths }, [lower])
    leaveMountPoints(fs)
    writeFileSync(join(fs, 'dev/file'), '')
    dropMountPoints(fs, before)
    assert.deepEqual(readdirSync(fs).sort(), ['dev', 'etc'])
    assert.deepEqual(readdirSync(join(fs, 'etc')), ['hosts'])
  })

  it('are not looked for behind a link that the program made', (t) => {
    const { paths, fs, outside } = makeStore(t)
    const before = findMountPoints({ paths }, [lower])
    leaveMountPoints(fs)
    rmSync(join(fs, 'etc'), { recursive: true })
    symlinkSync(outside, join(fs, 'etc'))
    writeFileSync(join(outside, 'hosts'), '')
    dropMountPoints(fs, before)
    assert.ok(existsSync(join(outside, 'hosts')))
    assert.ok(lstatSync(join(fs, 'etc')).isSymbolicLink())
  })

  it('of the image are not looked for behind a link of the image', (t) => {
    const { paths, below, outside } = makeStore(t)
    symlinkSync(outside, join(below, 'etc'))
    writeFileSync(join(outside, 'hosts'), '')
    const found = findMountPoints({ paths }, [lower])
    assert.deepEqual([...found.keys()], ['etc'])
  })
})
