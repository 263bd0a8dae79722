// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, it } from 'node:test'
import { from } from '../../../../core/from.ts'
import { findContainer } from '../../../../core/store/containers.ts'
import { containerLockPath } from '../../../../core/store/layout.ts'
import { monitorOf } from '../../../../core/store/lock-store.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { removeDeadCgroups, runtimeCgroup } from '../../../../core/store/runtime-cgroups.ts'
import { mayMount, type TestContext, testContext } from './test-context.ts'

const skip = mayMount ? false : 'needs root: of a user namespace at least'

/** Directories stand for cgroups: rmdir(2) removes both, and only when nothing is in them. */
function makeCgroups(context: TestContext, ids: readonly string[], folders: readonly string[]) {
  const top = join(context.paths.root, 'cgroups')
  const names = ids.map((id) => basename(runtimeCgroup(context, id)))
  for (const folder of folders)
    for (const name of names) mkdirSync(join(top, folder, name), { recursive: true })
  return { top, names }
}

const found = (top: string, folder: string) => readdirSync(join(top, folder)).sort()

const dead = 'd'.repeat(64)

describe('removeDeadCgroups', { skip }, () => {
  it('removes those of no container, below each controller', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const { top } = makeCgroups(context, [dead], ['cpu', 'pids'])
    mkdirSync(join(top, 'cpu', `tsbuild-other-${dead}`))
    mkdirSync(join(top, 'cpu', 'user.slice'))
    removeDeadCgroups(context, top)
    assert.deepEqual(found(top, 'cpu'), [`tsbuild-other-${dead}`, 'user.slice'])
    assert.deepEqual(found(top, 'pids'), [])
  })

  it('removes those of version 2, and looks no deeper', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    const { top, names } = makeCgroups(context, [dead], ['', 'system.slice'])
    writeFileSync(join(top, 'cgroup.controllers'), '')
    removeDeadCgroups(context, top)
    assert.deepEqual(found(top, ''), ['cgroup.controllers', 'system.slice'])
    assert.deepEqual(found(top, 'system.slice'), names)
  })

  it('keeps that of a container which is in use, and one that is not empty', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'used' })
    const { id } = findContainer(context, 'used')
    const { top, names } = makeCgroups(context, [id, dead], ['pids'])
    mkdirSync(join(top, 'pids', names[1] ?? '', 'below'))
    const lock = monitorOf(context).lock(containerLockPath(context.paths.root, id), 'exclusive')
    removeDeadCgroups(context, top)
    assert.deepEqual(found(top, 'pids'), [...names].sort())
    lock.release()
    removeDeadCgroups(context, top)
    assert.deepEqual(found(top, 'pids'), [names[1]])
  })

  it('does not look where no runtime made any', (t) => {
    const context = testContext()
    t.after(context.dispose)
    openStore(context)
    removeDeadCgroups(context, '/missing')
  })
})
