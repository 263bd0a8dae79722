// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { isHostRoot } from '../../images/unpack/scratch-root.ts'
import { setUpCopying } from './copying.ts'

const skip = isHostRoot ? false : 'needs host root: others cannot make devices'

describe('a copy', { skip }, () => {
  it('takes modes without set-id bits, times and hard links along, and root owns it', async (t) => {
    const { context, root, copy } = setUpCopying(t)
    mkdirSync(join(context, 'd/sub'), { recursive: true })
    writeFileSync(join(context, 'd/one'), 'content')
    linkSync(join(context, 'd/one'), join(context, 'd/sub/two'))
    chmodSync(join(context, 'd/one'), 0o6711)
    chmodSync(join(context, 'd/sub'), 0o2750)
    utimesSync(join(context, 'd/one'), 1.25, 1.25)
    utimesSync(join(context, 'd/sub'), 2, 2)
    await copy(['d'], { destination: '/x' })
    const [one, two, sub] = ['x/one', 'x/sub/two', 'x/sub'].map((name) =>
      statSync(join(root, name)),
    )
    assert.equal(one?.ino, two?.ino)
    assert.deepEqual([one?.mode, one?.mtimeMs, sub?.mtimeMs], [0o100711, 1250, 2000])
    assert.equal(sub?.mode, 0o40750)
    assert.equal(statSync(join(root, 'x')).mode, 0o40755)
  })

  it('gives what it makes to the owner it is told, and modes to all but links', async (t) => {
    const { context, root, copy } = setUpCopying(t)
    mkdirSync(join(context, 'd/sub'), { recursive: true })
    writeFileSync(join(context, 'd/file'), '')
    symlinkSync('file', join(context, 'd/link'))
    await copy(['d'], { destination: '/new/x', chown: { uid: 5, gid: 6 }, chmod: () => 0o750 })
    for (const [name, mode] of [
      ['new', 0o40755],
      ['new/x', 0o40755],
      ['new/x/sub', 0o40750],
      ['new/x/file', 0o100750],
      ['new/x/link', 0o120777],
    ] as const) {
      const stats = lstatSync(join(root, name))
      assert.deepEqual([stats.mode, stats.uid, stats.gid], [mode, 5, 6], name)
    }
  })

  it('makes files in a directory that passes its group on as any other', async (t) => {
    const { context, root, copy } = setUpCopying(t)
    writeFileSync(join(context, 'a'), 'a', { mode: 0o604 })
    mkdirSync(join(root, 'group'))
    chmodSync(join(root, 'group'), 0o2777)
    chownSync(join(root, 'group'), 0, 50)
    await copy(['a'], { destination: '/group/' })
    const { mode, gid } = statSync(join(root, 'group/a'))
    assert.deepEqual([mode, gid], [0o100604, 0])
  })

  it('says when a source was changed meanwhile', async (t) => {
    const { context, root, copy } = setUpCopying(t)
    writeFileSync(join(context, 'log'), 'one')
    assert.deepEqual(await copy(['log']), { changed: undefined })
    const grow = () => appendFileSync(join(context, 'log'), ' and two')
    assert.deepEqual(await copy(['log'], { meanwhile: grow }), { changed: 'log' })
    assert.equal(readFileSync(join(root, 'log'), 'utf8'), 'one')
  })
})

describe('a copy cannot be led', { skip }, () => {
  it('out of the context by a link that takes the place of a file or directory', async (t) => {
    const { base, context, root, copy } = setUpCopying(t)
    mkdirSync(join(base, 'secrets'))
    writeFileSync(join(base, 'secrets/file'), 'secret')
    for (const [name, swapped] of [
      ['d/file', 'd/file'],
      ['d/file', 'd'],
    ] as const) {
      rmSync(join(context, 'd'), { recursive: true, force: true })
      mkdirSync(join(context, 'd'))
      writeFileSync(join(context, name), 'mine')
      const target = swapped === 'd' ? join(base, 'secrets') : join(base, 'secrets/file')
      const meanwhile = () => {
        renameSync(join(context, swapped), join(base, 'aside'))
        symlinkSync(target, join(context, swapped))
      }
      await assert.rejects(copy(['.'], { meanwhile }), { code: 'PATH_INVALID' })
      const all = readdirSync(root, { recursive: true, encoding: 'utf8' })
      const texts = all.map((path) => join(root, path)).filter((path) => statSync(path).isFile())
      assert.deepEqual(
        texts.map((path) => readFileSync(path, 'utf8')).filter((text) => text),
        [],
      )
      rmSync(join(base, 'aside'), { recursive: true })
    }
  })

  it('out of the root by links on the way to the destination', async (t) => {
    const { base, context, root, copy } = setUpCopying(t)
    writeFileSync(join(context, 'file'), 'x')
    mkdirSync(join(base, 'outside'))
    symlinkSync(join(base, 'outside'), join(root, 'abs'))
    symlinkSync('../outside', join(root, 'up'))
    symlinkSync('up/../../outside/new', join(root, 'chain'))
    for (const destination of ['/abs/', '/up/', '/up/a/b', '/chain/', '/abs/../../outside/']) {
      await copy(['file'], { destination })
    }
    assert.deepEqual(readdirSync(join(base, 'outside')), [])
    symlinkSync('loop', join(root, 'loop'))
    const attempt = copy(['file'], { destination: '/loop/x' })
    await assert.rejects(attempt, { code: 'PATH_INVALID' })
  })
})
