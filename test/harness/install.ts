// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './repository.ts'

/**
 * Packs the checkout as npm would publish it.
 *
 * @param folder where the tarball is written
 * @returns its path
 */
export const packProject = (folder: string): string => pack(repository, folder)

/**
 * Installs tarballs into an empty folder as a user would, but without a network.
 *
 * @param prefix becomes a folder with node_modules
 * @param tarball of `packProject`; the packages that it depends on are packed from node_modules
 * @returns the path of the `tsbuild` command
 */
export function installOffline(prefix: string, tarball: string): string {
  mkdirSync(prefix, { recursive: true })
  writeFileSync(join(prefix, 'package.json'), '{"private":true}\n')
  const dependencies = runtimeDependencies().map((path) => pack(path, prefix))
  npm(prefix, ['install', '--offline', '--ignore-scripts', tarball, ...dependencies])
  return join(prefix, 'node_modules/.bin/tsbuild')
}

/** koffi and the binaries of it which are for this machine. */
function runtimeDependencies(): string[] {
  const modules = join(repository, 'node_modules')
  const scope = join(modules, '@koromix')
  const binaries = existsSync(scope) ? readdirSync(scope).map((name) => join(scope, name)) : []
  return [join(modules, 'koffi'), ...binaries]
}

function pack(folder: string, destination: string): string {
  const args = ['pack', '--ignore-scripts', '--json', `--pack-destination=${destination}`, folder]
  const [{ filename }] = JSON.parse(npm(destination, args))
  return join(destination, filename)
}

/** @throws Error with npm's own words */
function npm(cwd: string, args: readonly string[]): string {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  return execFileSync('npm', [...args, ...quiet], { cwd, encoding: 'utf8' })
}
