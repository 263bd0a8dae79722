// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.ts'

export interface Source {
  /** Relative to the checkout, as `core/lib/errors.ts`. */
  readonly path: string
  readonly text: string
}

const folders = ['cli', 'core', 'examples', 'images', 'native-shim', 'scripts', 'test']

/** The files of the project that people write, by the ends of their names. */
export const sources = (...endings: readonly string[]): Source[] =>
  folders
    .filter((folder) => existsSync(join(repository, folder)))
    .flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => endings.some((ending) => name.endsWith(ending)))
        .map((name) => read(`${folder}/${name}`)),
    )
    .sort((a, b) => (a.path < b.path ? -1 : 1))

/** The sources of the product, without tests and scripts. */
export const productSources = (): Source[] =>
  sources('.ts').filter(({ path }) => /^(cli|core|images|native-shim)\//.test(path))

const read = (path: string): Source => ({
  path,
  text: readFileSync(join(repository, path), 'utf8'),
})

/** The places where `pattern` matches, as `path:line: text`. */
export function occurrences({ path, text }: Source, pattern: RegExp): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))
}
