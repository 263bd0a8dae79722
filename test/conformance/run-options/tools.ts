// SPDX-License-Identifier: Apache-2.0
import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Result, RunOptions } from '../../harness/child.ts'
import { facts } from '../../harness/facts.ts'
import { failureText, type TestUser } from '../../harness/user.ts'
import { makeInMemory } from '../support/in-memory.ts'
import type { OptionRow } from './row.ts'

/** buildah or ours, with a store that has the image `localhost/base`. */
export interface Tool {
  run(args: readonly string[], options?: RunOptions): Promise<Result>
}

export const ourTool = (user: TestUser): Tool => ({ run: user.tsbuild })

/**
 * @param folder on which a tmpfs is mounted, for its store
 */
export function buildahTool(user: TestUser, folder: string): Tool {
  makeInMemory(folder)
  const path = (name: string) => join(folder, name)
  // Root of a container with other ids goes through them.
  for (const name of ['store', 'run', 'tmp', 'runtime']) mkdirSync(path(name), { mode: 0o711 })
  chmodSync(dirname(folder), 0o711)
  writeFileSync(path('containers.conf'), containersConf)
  for (const name of ['', 'store', 'run', 'tmp', 'runtime'])
    chownSync(path(name), user.uid, user.gid)
  const store = ['--root', path('store'), '--runroot', path('run'), '--storage-driver=overlay']
  const env = {
    CONTAINERS_CONF: path('containers.conf'),
    TMPDIR: path('tmp'),
    XDG_RUNTIME_DIR: path('runtime'),
    BUILDAH_RUNTIME: 'runc',
  }
  const run: Tool['run'] = (args, options) =>
    user.run(['buildah', ...store, ...args], { ...options, env: { ...env, ...options?.env } })
  return { run }
}

/** Its defaults raise limits, which takes CAP_SYS_RESOURCE. */
const containersConf = `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
`

/** A base with users, groups and a volume's directory. */
export async function makeBase(tool: Tool): Promise<void> {
  const container = (await succeed(tool, ['from', 'scratch'])).trim()
  await succeed(tool, ['add', container, facts().busyboxArchive, '/'])
  await succeed(tool, ['config', '--env', 'FROM_IMAGE=yes', '--cmd', 'sh', container])
  const script = [
    'echo user:x:1500:1500::/home/user:/bin/sh >>/etc/passwd',
    'echo user:x:1500: >>/etc/group',
    'echo extra:x:2500:user >>/etc/group',
    'mkdir -p /home/user /data/sub /tmp',
    'echo content >/data/file; chmod 750 /data; chown 1500:1500 /data /home/user; chmod 1777 /tmp',
  ].join('\n')
  await succeed(tool, ['run', '--network', 'none', container, 'sh', '-ec', script])
  await succeed(tool, ['commit', container, 'localhost/base'])
  await succeed(tool, ['rm', container])
}

/** What a row gives with one tool: the status and the output of its script. */
export async function perform(tool: Tool, row: OptionRow, host: string) {
  const given = (options: readonly string[] = []) =>
    options.map((word) => word.replaceAll('{host}', host))
  const network = row.ownNetwork ? [] : ['--network', 'none']
  const values = Object.entries(row.env ?? {})
  const env = Object.fromEntries(values.map(([name, value]) => [name, given([value])[0] ?? '']))
  const made = await tool.run(['from', ...given(row.from), 'localhost/base'], { env })
  if (made.code !== 0) return { code: made.code, stdout: '', stderr: made.stderr }
  const container = made.stdout.trim()
  try {
    if (row.config !== undefined) await succeed(tool, ['config', ...given(row.config), container])
    const input = row.input === undefined ? {} : { input: row.input }
    const args = ['run', ...network, ...given(row.run), container, 'sh', '-c', row.script]
    const { code, stdout, stderr } = await tool.run(args, { env, ...input })
    return { code, stdout, stderr }
  } finally {
    await succeed(tool, ['rm', container])
  }
}

/** The folder of a row for one tool: they must not see what the other one's program wrote. */
export function makeHost(folder: string, { files = {} }: OptionRow, user: TestUser): string {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(name.endsWith('/') ? path : dirname(path), { recursive: true })
    const text = content.replaceAll('{host}', folder)
    if (!name.endsWith('/')) writeFileSync(path, text, { mode: 0o644 })
    chownSync(path, user.uid, user.gid)
  }
  chownSync(folder, user.uid, user.gid)
  return folder
}

async function succeed(tool: Tool, args: readonly string[]): Promise<string> {
  const result = await tool.run(args)
  if (result.code !== 0) throw new Error(failureText(args, result))
  return result.stdout
}
