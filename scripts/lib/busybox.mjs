// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from './packages.mjs'
import { command } from './steps.mjs'

const files = {
  'etc/passwd': `root:x:0:0:root:/root:/bin/sh
nobody:x:65534:65534:nobody:/:/bin/false
demo:x:1000:1000:demo:/home/demo:/bin/sh
`,
  'etc/group': 'root:x:0:\nusers:x:100:demo\nnogroup:x:65534:\ndemo:x:1000:\n',
  'etc/os-release': 'ID=busybox\nPRETTY_NAME="a root file system of one busybox"\n',
}
const folders = ['bin', 'dev', 'etc', 'home', 'home/demo', 'proc', 'root', 'run', 'sys', 'tmp']

/**
 * A root file system as an archive: one static busybox under all its names, and two users. The
 * same busybox gives the same bytes.
 *
 * @param {string} archive where to write the tar file
 */
export function makeBusyboxArchive(archive) {
  mkdirSync(dirname(archive), { recursive: true })
  const tree = mkdtempSync(`${archive}-`)
  const umask = process.umask(0o022)
  try {
    fill(tree)
    const same = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
    command(['tar', '--format=gnu', ...same, '-C', tree, '-cf', archive, '.'])
  } finally {
    process.umask(umask)
    rmSync(tree, { recursive: true, force: true })
  }
}

/** @param {string} tree */
function fill(tree) {
  chmodSync(tree, 0o755)
  for (const folder of folders) mkdirSync(join(tree, folder))
  for (const [path, text] of Object.entries(files)) writeFileSync(join(tree, path), text)
  chmodSync(join(tree, 'tmp'), 0o1777)
  const busybox = findProgram('busybox')
  if (busybox === undefined) throw new Error('no busybox: run `npm run setup`')
  copyFileSync(busybox, join(tree, 'bin/busybox'))
  chmodSync(join(tree, 'bin/busybox'), 0o755)
  for (const name of applets(busybox)) symlinkSync('busybox', join(tree, 'bin', name))
}

/** The names it answers to. @param {string} busybox */
const applets = (busybox) =>
  spawnSync(busybox, ['--list'], { encoding: 'utf8' })
    .stdout.split('\n')
    .filter((name) => name !== '' && name !== 'busybox')
