// SPDX-License-Identifier: Apache-2.0
/**
 * Unpacks an archive to a directory and packs that again, with the rights of this process. Also
 * a program, so that it can be started in another user namespace:
 *
 *   node unpack-and-pack.js ARCHIVE DIRECTORY
 *
 * The layer goes to DIRECTORY.tar.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { appendOwners } from '../../../../images/unpack/owner-table.ts'
import { unpackArchive } from '../../../../images/unpack/unpack-archive.ts'
import { chunksOf, sys } from '../unpack/scratch-root.ts'
import { pack } from './pack-tree.ts'

const program = fileURLToPath(import.meta.url)

/** @returns what could not be kept */
export async function unpackAndPack(archive: string, directory: string) {
  mkdirSync(directory)
  const rootFd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  const rules = {
    sys,
    holdsIds: (uid: number, gid: number) => holds('uid_map', uid) && holds('gid_map', gid),
    origin: 'foreign',
    losses: { owners: 0, xattrs: 0, sockets: 0 },
    owners: appendOwners(`${directory}.owners`),
  } as const
  await unpackArchive(chunksOf(readFileSync(archive), 100_000), { rootFd, base: '', rules })
  closeSync(rootFd)
  writeFileSync(`${directory}.tar`, pack(directory))
  return rules.losses
}

/**
 * The same as root of a new user namespace.
 *
 * @param map the line of uid_map and gid_map
 */
export async function inNamespace(map: string, from: string, to: string): Promise<unknown> {
  const run = ['sh', '-c', 'echo entered; read go; exec "$@"', 'sh', process.execPath, program]
  const child = spawn('unshare', ['--user', ...run, from, to], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  await once(child.stdout, 'data')
  for (const file of ['uid_map', 'gid_map']) writeFileSync(`/proc/${child.pid}/${file}`, map)
  child.stdin.end('\n')
  const output: Buffer[] = []
  for await (const chunk of child.stdout) output.push(chunk)
  assert.deepEqual(await ended, [0, null])
  return JSON.parse(Buffer.concat(output).toString())
}

function holds(map: 'uid_map' | 'gid_map', id: number): boolean {
  const lines = readFileSync(`/proc/self/${map}`, 'utf8').trim().split('\n')
  return lines.some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number)
    return id >= first && id < first + count
  })
}

if (process.argv[1] === program) {
  const [archive = '', directory = ''] = process.argv.slice(2)
  const losses = await unpackAndPack(archive, directory)
  process.stdout.write(JSON.stringify(losses))
}
