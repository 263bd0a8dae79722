// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { storeExists } from '../../../../core/store/check-store.ts'
import { openStore } from '../../../../core/store/open-store.ts'
import { isHostRoot } from '../../images/unpack/scratch-root.ts'

interface Paths {
  readonly base: string
  readonly root: string
  readonly runroot: string
}

function scratch(t: TestContext): Paths {
  const base = mkdtempSync(join(tmpdir(), 'tsbuild-open-test-'))
  t.after(() => rmSync(base, { recursive: true, force: true }))
  return { base, root: join(base, 'a/b/root'), runroot: join(base, 'run') }
}

const mode = (path: string) => lstatSync(path).mode & 0o7777

describe('openStore', () => {
  for (const umask of [0o000, 0o022, 0o777]) {
    it(`makes what is needed, closed to others, with umask ${umask.toString(8)}`, (t) => {
      const before = process.umask()
      const paths = scratch(t)
      process.umask(umask)
      t.after(() => process.umask(before))
      assert.ok(!storeExists(paths.root))
      openStore({ paths })
      openStore({ paths })
      assert.deepEqual([mode(paths.root), mode(paths.runroot)], [0o700, 0o700])
      assert.equal(readFileSync(join(paths.root, 'version'), 'utf8'), '1\n')
      assert.ok(storeExists(paths.root))
    })
  }

  it('goes on where an earlier start was interrupted', (t) => {
    const paths = scratch(t)
    mkdirSync(paths.root, { recursive: true, mode: 0o700 })
    writeFileSync(join(paths.root, 'version.123.tmp'), '')
    openStore({ paths })
    assert.ok(readdirSync(paths.root).includes('containers'))
  })

  it('closes a new volume of a container, which is open to all', (t) => {
    const paths = scratch(t)
    mkdirSync(join(paths.root, 'lost+found'), { recursive: true })
    chmodSync(paths.root, 0o777)
    openStore({ paths })
    assert.equal(mode(paths.root), 0o700)
  })

  const refusals: readonly {
    readonly name: string
    readonly before: (paths: Paths) => void
    readonly code: string
    readonly message: RegExp
    readonly skip?: string | false
  }[] = [
    {
      name: 'a root that others may enter',
      before: ({ root }) => chmodSync(root, 0o750),
      code: 'STORE_UNSAFE',
      message: /has mode 0750, it must be 0700/,
    },
    {
      name: 'a root that is closed too well',
      before: ({ root }) => chmodSync(root, 0o500),
      code: 'STORE_UNSAFE',
      message: /has mode 0500/,
    },
    {
      name: 'a root with the sticky bit, as /tmp',
      before: ({ root }) => chmodSync(root, 0o1777),
      code: 'STORE_UNSAFE',
      message: /has mode 1777/,
    },
    {
      name: 'a root that is a link, even to a store',
      before: ({ base, root }) => {
        rmSync(root, { recursive: true })
        mkdirSync(join(base, 'elsewhere'), { mode: 0o700 })
        symlinkSync(join(base, 'elsewhere'), root)
      },
      code: 'STORE_UNSAFE',
      message: /is not a directory/,
    },
    {
      name: 'a root that is a file',
      before: ({ root }) => {
        rmSync(root, { recursive: true })
        writeFileSync(root, '', { mode: 0o700 })
      },
      code: 'STORE_UNSAFE',
      message: /is not a directory/,
    },
    {
      name: 'a run directory that others may enter',
      before: ({ runroot }) => chmodSync(runroot, 0o755),
      code: 'STORE_UNSAFE',
      message: /the place for run state: it has mode 0755/,
    },
    {
      name: 'a directory with other things in it',
      before: ({ root }) => {
        rmSync(join(root, 'version'))
        writeFileSync(join(root, 'thesis.tex'), '')
      },
      code: 'STORE_UNSAFE',
      message: /is not a store, and not empty/,
    },
    {
      name: 'a store of a newer version, with both numbers',
      before: ({ root }) => writeFileSync(join(root, 'version'), '27\n'),
      code: 'STORE_NEWER',
      message: /has version 27, this tsbuild knows version 1/,
    },
    {
      name: 'a version that is no number',
      before: ({ root }) => writeFileSync(join(root, 'version'), 'one'),
      code: 'STORE_CORRUPT',
      message: /it is not a number/,
    },
  ]
  for (const { name, before, code, message } of refusals) {
    it(`refuses ${name}`, (t) => {
      const paths = scratch(t)
      openStore({ paths })
      before(paths)
      assert.throws(() => openStore({ paths }), { code, message })
    })
  }

  const skip = isHostRoot ? false : 'needs host root: this is one of a user namespace'
  for (const which of ['root', 'runroot'] as const) {
    it(`refuses a ${which} that belongs to somebody else`, { skip }, (t) => {
      const paths = scratch(t)
      openStore({ paths })
      chownSync(paths[which], 1234, 0)
      const hint = `choose another directory (--${which})`
      const refused = { code: 'STORE_UNSAFE', message: /belongs to uid 1234/, hint }
      assert.throws(() => openStore({ paths }), refused)
    })
  }

  it('refuses a place where no directory can be made', (t) => {
    const paths = scratch(t)
    writeFileSync(join(paths.base, 'a'), '')
    const refused = { code: 'STORE_UNSAFE', message: /as the store: it cannot be reached/ }
    assert.throws(() => openStore({ paths }), refused)
  })
})
