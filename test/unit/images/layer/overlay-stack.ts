// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { TestContext } from 'node:test'
import { monitorOf } from '../../../../core/store/lock-store.ts'
import { testContext } from '../../core/store/test-context.ts'
import { makeTree } from '../unpack/make-tree.ts'
import { isHostRoot, scratchRoot } from '../unpack/scratch-root.ts'

/** A stack of directories that is mounted while a change is made to the uppermost. */
export function overlayStack(t: TestContext) {
  const context = testContext()
  const scratch = scratchRoot()
  t.after(() => {
    context.dispose()
    scratch.dispose()
  })
  const { base, rules } = scratch
  mkdirSync(`${base}/merged`)
  const trees: string[] = []
  const change = async (action: (merged: string) => void | Promise<void>) => {
    const name = `${trees.length}`
    for (const path of [`${base}/${name}`, `${base}/${name}.work`]) mkdirSync(path)
    const lower = trees.length === 0 ? `${base}/merged` : trees.toReversed().join(':')
    const dirs = `lowerdir=${lower},upperdir=${base}/${name},workdir=${base}/${name}.work`
    const data = `${dirs}${isHostRoot ? '' : ',userxattr'}`
    const target = `${base}/merged`
    const mount = { cwd: base, source: 'overlay', target, type: 'overlay', flags: 0, data }
    monitorOf(context).mount(mount)
    try {
      await action(target)
    } finally {
      monitorOf(context).unmount(target)
    }
    trees.push(`${base}/${name}`)
  }
  return { base, rules, trees, change }
}

/** Changes as containers make them, one layer each. */
export const changes: readonly ((root: string) => void)[] = [
  (root) => {
    makeTree(root)
    mkdirSync(`${root}/gone/deep`, { recursive: true })
    writeFileSync(`${root}/gone/deep/file`, 'x')
    mkdirSync(`${root}/replaced`)
    writeFileSync(`${root}/replaced/old`, 'old')
    symlinkSync('replaced', `${root}/to-directory`)
    mkdirSync(`${root}/to-file`)
  },
  (root) => {
    rmSync(`${root}/gone`, { recursive: true })
    rmSync(`${root}/replaced`, { recursive: true })
    mkdirSync(`${root}/replaced`)
    writeFileSync(`${root}/replaced/new`, 'new')
    rmSync(`${root}/to-directory`)
    mkdirSync(`${root}/to-directory`)
    writeFileSync(`${root}/to-directory/file`, 'x')
    rmSync(`${root}/to-file`, { recursive: true })
    writeFileSync(`${root}/to-file`, 'x')
    truncateSync(`${root}/sparse`, 2_000_000)
  },
  (root) => {
    mkdirSync(`${root}/gone`)
    writeFileSync(`${root}/gone/back`, 'x')
    rmSync(`${root}/replaced/new`)
    writeFileSync(`${root}/replaced/old`, 'old again')
    linkSync(`${root}/gone/back`, `${root}/gone/linked`)
    renameSync(`${root}/large`, `${root}/d/moved`)
    chmodSync(`${root}/d`, 0o2711)
  },
]

/** Without the root, which is that of the last mount, and without the attributes of overlay. */
export const comparable = (lines: readonly string[]): string[] =>
  lines
    .filter((line) => !line.startsWith('. '))
    .map((line) => line.replace(/ (trusted|user)\.overlay\.\S+/g, ''))
