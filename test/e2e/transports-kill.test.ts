// SPDX-License-Identifier: Apache-2.0
/** SIGKILL in the middle of push and pull: a place or the store has all of an image, or nothing. */
import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { runArgs, shell } from './support/rows.ts'

/** Starts a command and kills it when it tells of this. */
async function killAt(user: TestUser, args: readonly string[], word: string): Promise<void> {
  const running = user.spawn([...user.command, ...args])
  await new Promise<void>((resolve) => {
    const look = () => {
      if (running.stderr().includes(word)) resolve()
    }
    running.child.stderr?.on('data', look)
    running.child.on('exit', () => resolve())
  })
  running.kill('SIGKILL')
  await running.result
}

/** Of two layers. @returns the id */
async function makeImage(user: TestUser): Promise<string> {
  const container = await user.container('busybox')
  await user.ok(['commit', '-q', container, 'base'])
  await user.ok(['from', '--name', 'next', 'base'])
  await user.ok(runArgs('next', shell('echo 1 >/one')))
  return (await user.ok(['commit', 'next', 'site'])).stdout.trim()
}

/** One of these images, with all that belongs to it: it may have been quicker than the kill. */
async function isWhole(user: TestUser, place: string, ids: readonly string[]): Promise<void> {
  const elsewhere = ['--root', join(user.directory, 'elsewhere')]
  const { stdout } = await user.ok([...elsewhere, 'pull', '-q', place])
  assert.ok(ids.includes(stdout.trim()), stdout)
  await user.ok([...elsewhere, 'rmi', '--all', '--force'])
}

function outside(user: TestUser): string {
  const path = join(user.directory, 'out')
  mkdirSync(path)
  chownSync(path, user.uid, user.gid)
  return path
}

const words = ['Copying layer', 'Copying config', 'Copying manifest']
const pushed = [
  ['oci:@/new:tag', 'new'],
  ['oci-archive:@/new.tar:tag', 'new.tar'],
] as const

describe('a kill', () => {
  matrix('leaves of a push what was there before', async (user) => {
    const folder = outside(user)
    const id = await makeImage(user)
    await user.ok(['push', '-q', 'base', `oci:${folder}/there:tag`])
    const config = ['inspect', '--type', 'image', '-f', '{{.FromImageID}}', 'base']
    const base = (await user.ok(config)).stdout.trim()
    for (const word of words) {
      for (const [place, name] of pushed) {
        await killAt(user, ['push', 'site', place.replace('@', folder)], word)
        if (existsSync(join(folder, name))) await isWhole(user, place.replace('@', folder), [id])
        rmSync(join(folder, name), { recursive: true, force: true })
      }
      await killAt(user, ['push', 'site', `oci:${folder}/there:tag`], word)
      await isWhole(user, `oci:${folder}/there:tag`, [base, id])
    }
    await user.ok(['push', '-q', 'site', `oci:${folder}/there:tag`])
    assert.equal((await user.ok(['pull', '-q', `oci:${folder}/there:tag`])).stdout, `${id}\n`)
  })

  matrix('leaves no part of an image that is pulled', async (user) => {
    const folder = outside(user)
    const id = await makeImage(user)
    await user.ok(['push', '-q', 'site', `dir:${folder}/site`])
    await user.ok(['rm', '--all'])
    await user.ok(['rmi', '--all', '--force'])
    for (const word of ['Copying config', 'Copying layer']) {
      await killAt(user, ['pull', `dir:${folder}/site`], word)
      const { stdout } = await user.ok(['images', '--no-trunc', '--quiet'])
      assert.ok(['', `sha256:${id}\n`].includes(stdout), stdout)
      if (stdout !== '') await user.ok(['push', '-q', id, `dir:${folder}/${word}`])
      await user.ok(['rmi', '--all', '--force'])
    }
    assert.equal((await user.ok(['pull', '-q', `dir:${folder}/site`])).stdout, `${id}\n`)
    assert.equal(readdirSync(join(user.root, 'snapshots')).length, 2)
    assert.equal(readdirSync(join(user.root, 'blobs/sha256')).length, 4)
  })
})
