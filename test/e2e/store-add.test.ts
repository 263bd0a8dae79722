// SPDX-License-Identifier: Apache-2.0
/** `add`: files, directories and archives, with the owners and modes they are to have. */
import assert from 'node:assert/strict'
import { chmodSync, symlinkSync } from 'node:fs'
import { describe } from 'node:test'
import { gzipSync } from 'node:zlib'
import { matrix } from '../harness/matrix.ts'
import { makeTar } from '../unit/images/tar/make-tar.ts'
import { giveFile } from './support/archives.ts'
import { runArgs, shell } from './support/rows.ts'

/** What `look` prints of each name: path, owner, mode, type. */
const look = (...paths: readonly string[]) =>
  shell(`cd /; stat -c '%n %u:%g %a %F' ${paths.join(' ')}`)

const archive = makeTar(
  { name: './', type: '5', mode: 0o755 },
  { name: 'srv/', type: '5', mode: 0o1777 },
  { name: 'srv/tool', mode: 0o4755, body: '#!/bin/sh\necho works\n' },
  { name: 'srv/theirs', mode: 0o4750, uid: 1000, gid: 100, body: 'x' },
  { name: 'srv/link', type: '2', link: '/etc/passwd' },
  { name: 'srv/again', type: '1', link: 'srv/tool' },
  { name: 'srv/pipe', type: '6', mode: 0o600 },
)

describe('add', () => {
  matrix('unpacks archives with owners, modes and set-id bits', async (user) => {
    const container = await user.container('busybox')
    const packed = giveFile(user, 'packed.tar.gz', gzipSync(archive))
    await user.ok(['add', container, packed, '/'])
    await user.ok(['commit', '-q', container, 'packed'])
    await user.ok(['from', '--name', 'next', 'packed'])
    const held = user.kind !== 'single' // others than the own id are records then
    const want = [
      'srv 0:0 1777 directory',
      'srv/tool 0:0 4755 regular file',
      `srv/theirs ${held ? '1000:100 4750' : '0:0 750'} regular file`,
      'srv/link 0:0 777 symbolic link',
      'srv/again 0:0 4755 regular file',
      'srv/pipe 0:0 600 fifo',
    ]
    const names = want.map((line) => line.split(' ')[0] ?? '')
    for (const name of [container, 'next']) {
      const { stdout } = await user.ok(runArgs(name, look(...names)))
      assert.deepEqual(stdout.trimEnd().split('\n'), want)
    }
    assert.equal((await user.ok(runArgs('next', ['/srv/tool']))).stdout, 'works\n')
  })

  matrix('copies files and directories as root’s own', async (user) => {
    const container = await user.container('busybox')
    const file = giveFile(user, 'site/a.txt', 'a')
    chmodSync(file, 0o4755)
    giveFile(user, 'site/sub/b.txt', 'b')
    symlinkSync('a.txt', `${user.directory}/files/site/link`)
    const site = `${user.directory}/files/site`
    await user.ok(['add', container, file, '/one/as.txt'])
    await user.ok(['add', container, file, '/one/'])
    await user.ok(['add', container, site, '/www'])
    await user.ok(['config', '--workingdir', '/deep', container])
    await user.ok(['add', container, file, `${site}/sub`, 'er'])
    const want = [
      'one/as.txt 0:0 4755 regular file',
      'one/a.txt 0:0 4755 regular file',
      'www/a.txt 0:0 4755 regular file',
      'www/sub/b.txt 0:0 644 regular file',
      'www/link 0:0 777 symbolic link',
      'deep/er/a.txt 0:0 4755 regular file',
      'deep/er/b.txt 0:0 644 regular file',
    ]
    const names = want.map((line) => line.split(' ')[0] ?? '')
    const { stdout } = await user.ok(runArgs(container, look(...names)))
    assert.deepEqual(stdout.trimEnd().split('\n'), want)
  })

  matrix('follows the links of the container inside of it', async (user) => {
    const container = await user.container('busybox')
    await user.ok(runArgs(container, shell('ln -s /etc /abs; ln -s ../../../etc /up')))
    const file = giveFile(user, 'file', 'x')
    await user.ok(['add', container, file, '/abs/one'])
    await user.ok(['add', container, file, '/up/two'])
    await user.ok(runArgs(container, ['cat', '/etc/one', '/etc/two']))
  })
})
