// SPDX-License-Identifier: Apache-2.0
import { chownSync, lutimesSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestUser } from '../../harness/user.ts'

type Files = Readonly<Record<string, string>>

/** Of everything in a build context, so that a change of it is what a test does. */
const TIME = new Date('2020-01-02T03:04:05Z')

/** Writes files of the user's below a directory of the case, which is made. @returns its path */
export function writeContext(user: TestUser, name: string, files: Files): string {
  const directory = join(user.directory, name)
  mkdirSync(directory, { recursive: true })
  const paths = new Set([directory])
  for (const [path, text] of Object.entries(files)) {
    const full = join(directory, path)
    mkdirSync(dirname(full), { recursive: true, mode: 0o755 })
    writeFileSync(full, text, { mode: 0o644 })
    for (let one = full; one !== directory; one = dirname(one)) paths.add(one)
  }
  // What is below comes first: it changes the time of what it is in.
  for (const path of [...paths].sort().reverse()) {
    chownSync(path, user.uid, user.gid)
    lutimesSync(path, TIME, TIME)
  }
  return directory
}

/** The image `busybox`, of a container that is gone. */
export async function makeBase(user: TestUser): Promise<string> {
  const container = await user.container('busybox')
  const id = (await user.ok(['commit', container, 'busybox'])).stdout.trim()
  await user.ok(['rm', container])
  return id
}

/** The command line of a build without a network: what most cases need, and the quickest. */
export const buildArgs = (directory: string, ...options: readonly string[]): string[] => [
  ...['build', '--network', 'none'],
  ...options,
  directory,
]

/** Builds the text with the files beside it. @returns the id of the image */
export async function buildText(
  user: TestUser,
  text: string,
  { files = {}, options = [] }: { files?: Files; options?: readonly string[] } = {},
): Promise<string> {
  const directory = writeContext(user, 'context', { ...files, Containerfile: text })
  return (await user.ok(buildArgs(directory, '-q', ...options))).stdout.trim()
}

/** What `inspect` says of an image in the words of the OCI specification. */
export interface Inspected {
  readonly config: Readonly<Record<string, unknown>>
  readonly diffIds: readonly string[]
  readonly history: readonly { readonly created_by?: string; readonly empty_layer?: boolean }[]
  /** Each history entry with a layer, to be compared. */
  readonly layerCount: number
}

export async function inspect(user: TestUser, image: string): Promise<Inspected> {
  const { OCIv1 } = JSON.parse((await user.ok(['inspect', '--type', 'image', image])).stdout)
  const { config = {}, rootfs, history } = OCIv1
  return { config, history, diffIds: rootfs.diff_ids, layerCount: rootfs.diff_ids.length }
}

/** What tar(1) lists of a layer, counted as `Array.at` does. */
export async function listLayer(
  user: TestUser,
  image: string,
  index: number,
  options: readonly string[],
): Promise<string> {
  const folder = join(user.directory, `pushed-${image.slice(0, 12)}`)
  await user.ok(['push', image, `dir:${folder}`])
  const { stdout: manifest } = await user.run(['cat', join(folder, 'manifest.json')])
  const digest: string = JSON.parse(manifest).layers.at(index).digest
  const blob = join(folder, digest.replace('sha256:', ''))
  return (await user.run(['tar', '-tf', blob, ...options])).stdout
}

/** What a program prints in a container of the image. */
export async function show(user: TestUser, image: string, script: string): Promise<string> {
  const name = (await user.ok(['from', image])).stdout.trim()
  const args = ['run', '--network', 'none', name, 'sh', '-c', script]
  const { stdout } = await user.ok(args)
  await user.ok(['rm', name])
  return stdout
}

/** The steps of a build as its output tells them: what was taken from the cache, what was done. */
export function stepsOf(stdout: string): string[] {
  const steps: string[] = []
  for (const [, , text = '', how = ''] of stdout.matchAll(STEP))
    steps.push(`${text}: ${how === 'Using cache' ? 'cached' : 'done'}`)
  return steps
}

const STEP = /^((?:\[\d+\/\d+\] )?STEP \d+\/\d+): (.*)\n(?:(?!STEP|-->|\[).*\n)*--> (.*)$/gm
