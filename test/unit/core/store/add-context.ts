// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { configure } from '../../../../core/config.ts'
import { from } from '../../../../core/from.ts'
import { commitAs } from './commit-as.ts'
import { testContext } from './test-context.ts'
import { changeIn } from './tree-of.ts'

/** A container `c` above a layer with a few files, and a directory with things to add. */
export async function setUpAdd(t: TestContext) {
  const context = testContext()
  const sources = mkdtempSync(join(tmpdir(), 'tsbuild-add-test-'))
  t.after(() => {
    context.dispose()
    rmSync(sources, { recursive: true })
  })
  await from(context, { image: 'scratch', name: 'base' })
  await changeIn(context, 'base', (root) => {
    mkdirSync(join(root, 'usr/lib'), { recursive: true })
    symlinkSync('/usr/lib', join(root, 'lib'))
    writeFileSync(join(root, 'usr/lib/old'), 'old')
    writeFileSync(join(root, 'file'), 'old')
    symlinkSync('nowhere', join(root, 'dangling'))
  })
  await commitAs(context, { container: 'base', image: 'base' })
  await from(context, { image: 'base', name: 'c' })
  // Its lock file stays from now on.
  await configure(context, { container: 'c', changes: [] })
  const source = (name: string, content: string | Buffer) => {
    writeFileSync(join(sources, name), content)
    return join(sources, name)
  }
  mkdirSync(join(sources, 'tree/deep'), { recursive: true })
  source('tree/deep/file', 'deep')
  return { context, sources, source }
}
