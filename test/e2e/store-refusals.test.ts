// SPDX-License-Identifier: Apache-2.0
/** Bad input and bad places: one clear error each, and the store as it was. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { gzipSync } from 'node:zlib'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { makeTar, type TarFields, tarEntry } from '../unit/images/tar/make-tar.ts'
import { giveFile } from './support/archives.ts'
import { check, runArgs, shell, type Wanted } from './support/rows.ts'
import { storeState } from './support/store-state.ts'

interface BadArchive {
  readonly name: string
  readonly bytes: Uint8Array
  readonly want: RegExp
}

const good = { name: 'good', body: 'x' }
const up = (name: string) => ({ name, body: 'x' })
const link = (name: string, target: string): TarFields => ({ name, type: '2', link: target })
const noise = Buffer.alloc(4096, 'noise')

const badArchives: readonly BadArchive[] = [
  { name: 'cut off', bytes: makeTar({ ...good, body: noise }).subarray(0, 1024), want: /./ },
  {
    name: 'a wrong checksum behind a good entry',
    bytes: Buffer.concat([tarEntry(good), makeTar({ ...good, checksum: 1 })]),
    want: /checksum/,
  },
  {
    name: 'gzip cut off',
    bytes: gzipSync(makeTar({ ...good, body: randomBytes(9000) })).subarray(0, 6000),
    want: /damaged or cut off/,
  },
  {
    name: 'a name with ..',
    bytes: makeTar(good, up('../out')),
    want: /"\.\.\/out" points upwards/,
  },
  {
    name: 'a name with .. inside',
    bytes: makeTar(good, up('a/../../out')),
    want: /points upwards/,
  },
  {
    name: 'an absolute name',
    bytes: makeTar(good, up('/tmp/out')),
    want: /"\/tmp\/out" is absolute/,
  },
  {
    name: 'a hard link to the outside',
    bytes: makeTar(good, { name: 'out', type: '1', link: '../../../etc/passwd' }),
    want: /points upwards/,
  },
  {
    name: 'bzip2 cut off',
    bytes: Buffer.from('BZh91AY&SY'),
    want: /damaged or cut off/,
  },
]

/** Where a link of the archive leads out, the file is made inside or the archive is refused. */
const linkedOut: readonly (readonly TarFields[])[] = [
  [link('a', '/tmp'), up('a/tsbuild-escaped')],
  [link('a', '../../../../../../tmp'), up('a/tsbuild-escaped')],
  [link('a', 'b'), link('b', '..'), up('a/b/tsbuild-escaped')],
]

describe('a bad archive', () => {
  matrix('is refused, and nothing of it is kept', async (user) => {
    const container = await user.container('busybox')
    const before = storeState(user.root)
    for (const { name, bytes, want } of badArchives) {
      const path = giveFile(user, 'bad.tar', bytes)
      const args = ['add', container, path, '/']
      const { code, stderr } = await user.tsbuild(args)
      assert.equal(code, 125, name)
      assert.match(stderr, want, name)
      assert.ok(stderr.startsWith(`tsbuild: cannot unpack ${path}\n`), stderr)
      assert.match(stderr, /^ {2}hint: /m, name)
      assert.deepEqual(storeState(user.root), before, name)
    }
    assert.equal((await user.tsbuild(runArgs(container, ['ls', '/good']))).code, 1)
  })

  matrix('with links that lead out touches nothing outside', async (user) => {
    const container = await user.container('busybox')
    for (const entries of linkedOut) {
      const { code } = await user.tsbuild([
        ...['add', container],
        ...[giveFile(user, 'bad.tar', makeTar(...entries)), '/sub'],
      ])
      assert.ok(code === 0 || code === 125, String(code))
      const places = ['/tmp', user.directory, '-xdev', '-name', 'tsbuild-escaped']
      const { stdout } = spawnSync('find', places, { encoding: 'utf8' }) // others' are closed to us
      for (const path of stdout.split('\n').filter((line) => line !== '')) {
        assert.ok(path.startsWith(`${user.root}/snapshots/`), path)
      }
    }
    await user.ok(runArgs(container, ['true']))
  })
})

interface BadPlace {
  readonly name: string
  /** Spoils the store of a user who has a container `c`. */
  readonly spoil: (user: TestUser) => void
  readonly want: RegExp
}

const badPlaces: readonly BadPlace[] = [
  {
    name: 'open to others',
    spoil: ({ root }) => chmodSync(root, 0o755),
    want: /store: it has mode 0755, it must be 0700\n +hint: run "chmod 0700 /,
  },
  {
    name: 'of a newer version',
    spoil: ({ root }) => writeFileSync(join(root, 'version'), '99\n'),
    want: /version 99, this tsbuild knows version \d+\n +hint: /,
  },
  {
    name: 'with a record that is cut off',
    spoil: ({ root }) => {
      for (const name of Object.keys(storeState(root)).filter((path) => /^containers\//.test(path)))
        writeFileSync(join(root, name), '{"version":1,"id":')
    },
    want: /cannot use .*containers\/[0-9a-f]{64}\.json: it is not JSON\n[\s\S]*hint: /,
  },
]

const verbs = (file: string): readonly (readonly string[])[] => [
  ['containers'],
  ['run', '--network', 'none', 'c', 'true'],
  ['add', 'c', file, '/'],
  ['commit', 'c', 'image'],
  ['rm', 'c'],
]

describe('a store', () => {
  for (const { name, spoil, want } of badPlaces) {
    matrix(`${name} is refused by every command`, async (user) => {
      await user.ok(['from', '--name', 'c', 'scratch'])
      spoil(user)
      const before = storeState(user.root)
      for (const args of verbs(giveFile(user, 'file', 'x'))) {
        check(args, await user.tsbuild(args), { code: 125, stdout: '', stderr: want })
        assert.deepEqual(storeState(user.root), before)
      }
    })
  }

  matrix('is not made in a directory of other things, or behind a link', async (user) => {
    giveFile(user, 'other/thing', 'x')
    const other = join(user.directory, 'files/other')
    chmodSync(other, 0o700)
    symlinkSync(user.directory, join(user.directory, 'link'))
    for (const [place, want] of [
      [other, /is not a store, and not empty: it has thing\n +hint: /],
      [join(user.directory, 'link'), /is not a directory/],
    ] as const) {
      const args = [...user.command, '--root', place, 'from', 'scratch']
      check(args, await user.run(args), { code: 125, stdout: '', stderr: want })
    }
  })

  matrix('on a full disk says so, and works again when there is space', fillDisk, {
    needs: ['root'],
  })
})

/** The store lies on a small file system of its own. */
async function fillDisk(user: TestUser): Promise<void> {
  const small = join(user.directory, 'small')
  mkdirSync(small)
  const options = `size=12m,mode=0700,uid=${user.uid},gid=${user.gid}`
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', small])
  try {
    await useSmallStore(user, join(small, 'store'))
  } finally {
    execFileSync('umount', [small])
  }
}

async function useSmallStore(user: TestUser, root: string): Promise<void> {
  const tsbuild = async (args: readonly string[], want: Wanted) => {
    const all = [...user.command, '--root', root, ...args]
    check(all, await user.run(all), want)
  }
  await tsbuild(['from', '--name', 'c', 'scratch'], { stdout: 'c\n' })
  await tsbuild(['add', 'c', facts().busyboxArchive, '/'], {})
  const large = giveFile(user, 'large', Buffer.alloc(16 * 2 ** 20))
  const full: Wanted = { code: 125, stderr: /cannot write to the store .*hint: free space/s }
  const before = storeState(root)
  await tsbuild(['add', 'c', large, '/large'], full)
  assert.deepEqual(storeState(root), before)
  await tsbuild(runArgs('c', shell('ls /large')), { code: 1, stderr: /No such file/ })

  const fill: Wanted = { code: 1, stderr: /No space left on device/ }
  await tsbuild(runArgs('c', ['dd', 'if=/dev/zero', 'of=/fill', 'bs=64k']), fill)
  await tsbuild(['add', 'c', large, '/large'], full)
  await tsbuild(runArgs('c', ['rm', '/fill']), {})
  await tsbuild(['add', 'c', giveFile(user, 'few', 'x'), '/'], {})
  await tsbuild(['commit', '-q', 'c', 'image'], {})
  await tsbuild(['rm', 'c'], { stdout: /^[0-9a-f]{64}\n$/ })
}
