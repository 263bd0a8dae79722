// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync } from 'node:fs'
import type { Context } from '../context.ts'
import type { ContainerOptions } from '../options/container-options.ts'
import type { EngineDefaults } from '../options/engine-defaults.ts'
import { confPlaces } from './places.ts'

/** What the machine and the user want of all containers. */
export interface EngineConf {
  /** The weakest layer of a container's options. */
  readonly options: ContainerOptions
  readonly defaults: EngineDefaults
}

/**
 * What the containers.conf files say. Where there is none, nothing is loaded to read them.
 *
 * @throws TsbuildError CONFIG_INVALID: the file, the key and what is expected there
 * @see containers.conf(5)
 */
export async function engineConf({
  env,
  rights,
  trace,
}: Pick<Context, 'env' | 'rights' | 'trace'>): Promise<EngineConf> {
  const { files, named } = confPlaces(env, rights.hostUid)
  const found = [...files.flatMap(withDropIns).map((path) => ({ path })), ...named]
  if (found.length === 0) return { options: {}, defaults: {} }
  const { readConf } = await import('./conf-main.ts')
  const conf = readConf(found)
  trace('spec', 'containers.conf', { files: found.map(({ path }) => path), ...conf })
  return conf
}

/** The file and those of its directory that end in .conf, by name; of them what exists. */
function withDropIns(file: string): string[] {
  const directory = `${file}.d`
  const names = existsSync(directory) ? readdirSync(directory).sort() : []
  const dropIns = names.filter((name) => name.endsWith('.conf'))
  return [...(existsSync(file) ? [file] : []), ...dropIns.map((name) => `${directory}/${name}`)]
}
