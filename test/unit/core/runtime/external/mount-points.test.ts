// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { makeMountPoints } from '../../../../../core/runtime/external/mount-points.ts'
import { makeWorkdir } from '../../../../../core/runtime/external/workdir.ts'
import { readMade } from '../../../../../core/snapshot/made-file.ts'

let folder = ''
const at = (path: string) => join(folder, path)
const made = { always: '', here: '' }

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-points-'))
  mkdirSync(at('root/real'), { recursive: true })
  symlinkSync('/real', at('root/etc')) // leads out of the root for whoever does not look
  utimesSync(at('root/real'), 1, 1)
  utimesSync(at('root'), 2, 2)
  Object.assign(made, { always: at('always'), here: at('here') })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const spec = (...mounts: readonly { destination: string; source?: string }[]) => ({
  ociVersion: '1.0.2',
  root: { path: '/r' },
  mounts: mounts.map((mount) => ({ ...mount, options: mount.source ? ['bind'] : [] })),
})

const pathsIn = (file: string) => readMade(file).map(({ path }) => path)

describe('makeMountPoints', () => {
  it('makes what is missing, in the root, and writes it down with the times of before', () => {
    const wanted = spec(
      { destination: '/proc' },
      { destination: '/etc/hosts', source: '/etc/passwd' },
      { destination: '/data/deep', source: '/tmp' },
      { destination: '/data/deep/below' },
    )
    makeMountPoints(at('root'), wanted, { made })
    assert.deepEqual(pathsIn(made.always), ['/proc', '/etc/hosts'])
    assert.deepEqual(pathsIn(made.here), ['/data', '/data/deep'])
    assert.ok(readMade(made.always).every(({ isSettled }) => isSettled))
    assert.ok(statSync(at('root/real/hosts')).isFile())
    assert.ok(statSync(at('root/data/deep')).isDirectory())
    assert.ok(!existsSync(at('root/data/deep/below')), 'what lies in a mount is not ours')
    assert.deepEqual(
      [at('root'), at('root/real')].map((path) => statSync(path).mtimeMs),
      [2e3, 1e3],
    )
  })

  it('makes nothing where all is there, and leaves what cannot be made to the runtime', () => {
    makeMountPoints(at('root'), spec({ destination: '/real' }), { made })
    symlinkSync('loop', at('root/loop'))
    makeMountPoints(at('root'), spec({ destination: '/loop/x' }), { made })
    assert.deepEqual([existsSync(made.always), existsSync(made.here)], [false, false])
  })
})

describe('makeWorkdir', () => {
  it('makes it in the root, and not in a mount', () => {
    const cwd = (path: string) => ({ ...spec({ destination: '/data' }), process: { cwd: path } })
    const user = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
    const own = { ...cwd('/etc/a/b'), process: { cwd: '/etc/a/b', user } }
    makeWorkdir(at('root'), own)
    assert.ok(existsSync(at('root/real/a/b')))
    makeWorkdir(at('root'), cwd('/data/x'))
    assert.ok(!existsSync(at('root/data')))
  })
})
