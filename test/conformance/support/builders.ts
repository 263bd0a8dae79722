// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Result, type RunOptions, start } from '../../harness/child.ts'
import { failureText, type TestUser } from '../../harness/user.ts'
import { type Image, readLayout } from './oci-layout.ts'

export interface BuildRequest {
  readonly context: string
  /** What the image is called. */
  readonly name: string
  readonly layers: boolean
  readonly args: readonly string[]
  /** Whether steps that were done for another image are not done again. */
  readonly cached?: true
}

/** Something with a store that builds images. */
export interface Builder {
  build(request: BuildRequest): Promise<Result>
  /** Reads an image that it has built. @throws Error when it cannot be pushed or read */
  image(name: string): Promise<Image>
}

type Run = (args: readonly string[], options?: RunOptions) => Promise<Result>

const timeoutMs = 240_000

export interface TsbuildOptions {
  /** For what it pushes. */
  readonly folder: string
  readonly network: 'none' | 'slirp4netns'
}

export const tsbuildBuilder = (user: TestUser, { folder, network }: TsbuildOptions): Builder => ({
  build: ({ context, name, layers, args, cached }) => {
    const options = ['--network', network, `--layers=${layers}`, ...noCache(cached)]
    return user.tsbuild(['build', ...options, '-t', name, ...args, context], { timeoutMs })
  },
  image: (name) => pushed(user.tsbuild, name, folder),
})

/**
 * Debian's buildah, run by root: as a user it leaves devices out of archives, and its layers
 * carry overlay's own attributes.
 *
 * @param folder for the store and what it pushes; `removeMounts` of it before it is removed
 * @param network of RUN
 */
export function buildahBuilder(folder: string, network: 'none' | 'host'): Builder {
  const temporary = join(folder, 'tmp')
  mkdirSync(temporary, { recursive: true })
  const config = join(folder, 'containers.conf')
  writeFileSync(config, containersConf)
  const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')]
  const env = { PATH: process.env['PATH'] ?? '', CONTAINERS_CONF: config, TMPDIR: temporary }
  const run: Run = (args) =>
    start(['buildah', ...store, '--storage-driver=overlay', ...args], { env, timeoutMs }).result
  return {
    build: ({ context, name, layers, args, cached }) => {
      const how = ['--isolation=oci', `--network=${network}`, '--pull=never', ...noCache(cached)]
      return run(['build', ...how, `--layers=${layers}`, '-t', name, ...args, context])
    },
    image: (name) => pushed(run, name, folder),
  }
}

const noCache = (cached: true | undefined) => (cached === true ? [] : ['--no-cache'])

/** Its defaults raise limits, which takes CAP_SYS_RESOURCE; Debian's runc is what works as root. */
const containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
`

/** What buildah leaves mounted, above all when a build fails. */
export function removeMounts(folder: string): void {
  spawnSync('umount', ['--lazy', join(folder, 'store/overlay')], { stdio: 'ignore' })
}

async function pushed(run: Run, name: string, folder: string): Promise<Image> {
  const layout = join(folder, name.replace('/', '-'))
  const args = ['push', name, `oci:${layout}:image`]
  const result = await run(args)
  if (result.code !== 0) throw new Error(failureText(args, result))
  return readLayout(layout, 'image')
}
