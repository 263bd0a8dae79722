// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../harness/requires.ts'

/** On a real disk: overlay does not always work on a tmpfs. */
const parent = '/var/tmp'

export const scratchDirectory = (): string => mkdtempSync(join(parent, 'tsbuild-shim-'))

const folders = ['bin', 'data', 'dev', 'etc', 'home', 'proc', 'root', 'run', 'tmp', 'var']
const applets =
  'cat chmod cut dd env false grep head hostname id ip kill ls mkdir mknod readlink rm sed sh ' +
  'sha256sum sleep stat stty tail tee test touch tr true tty umount uname wc yes'

let template: string | undefined

/** A root file system of one busybox; what is in no list here does not exist in it. */
export function makeRootfs(path: string): void {
  mkdirSync(path, { mode: 0o755 })
  for (const folder of folders) mkdirSync(join(path, folder), { mode: 0o755 })
  writeFileSync(join(path, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  writeFileSync(join(path, 'etc/marker'), 'inside\n')
  linkSync(busybox(), join(path, 'bin/busybox'))
  for (const name of applets.split(' ')) symlinkSync('busybox', join(path, 'bin', name))
}

/** One copy for all root file systems of this process. */
function busybox(): string {
  if (template !== undefined) return template
  const installed = findProgram('busybox')
  if (installed === undefined) throw new Error('no busybox: npm run setup')
  const folder = scratchDirectory()
  process.on('exit', () => rmSync(folder, { recursive: true }))
  template = join(folder, 'busybox')
  copyFileSync(installed, template)
  return template
}

/**
 * Everything below a directory, a line each: type, mode, owner, size, device, content or target.
 *
 * @param times whether a change that leaves all of that alone shows too
 */
export function treeOf(directory: string, { times = false } = {}): string[] {
  const lines = (path: string, shown: string): string[] => {
    const { mode, uid, gid, rdev, ctimeNs, mtimeNs } = lstatSync(path, { bigint: true })
    const type = Number(mode) & 0o170000
    const content = type === 0o100000 ? hashOf(path) : type === 0o120000 ? readlinkSync(path) : ''
    const line = [shown, mode.toString(8), uid, gid, rdev, content].join(' ')
    const names = type === 0o040000 ? readdirSync(path).sort() : []
    return [
      times ? `${line} ${ctimeNs} ${mtimeNs}` : line,
      ...names.flatMap((name) => lines(join(path, name), `${shown}/${name}`)),
    ]
  }
  return lines(directory, '')
}

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
