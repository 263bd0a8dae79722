// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { repository } from '../../harness/repository.ts'

/** A Containerfile with its context, built by two builders. */
export interface BuildCase {
  /** Of the folder, with blanks. */
  readonly title: string
  readonly folder: string
  readonly args: readonly string[]
  /** The same image, no image of either, or no image and the same exit status. */
  readonly want: 'same' | 'refusal' | 'status'
  /** With `--layers` or without or both: buildah's images differ. */
  readonly layers: readonly boolean[]
}

const fixtures = join(repository, 'test/conformance/fixtures')

/** The folders below fixtures/build; what is not said in `case.json` is as here. */
export const readBuildCases = (): readonly BuildCase[] =>
  readdirSync(join(fixtures, 'build'))
    .sort()
    .map((name) => ({
      title: name.replaceAll('-', ' '),
      folder: join(fixtures, 'build', name),
      args: [],
      want: 'same',
      layers: [false],
      ...settings(join(fixtures, 'build', name, 'case.json')),
    }))

/** A folder with a Containerfile that is no case. */
export const fixture = (name: string): string => join(fixtures, name)

/** Ours: one that is wrong fails its test. */
const settings = (file: string): Partial<BuildCase> =>
  existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}

/**
 * Copies a fixture and makes what git cannot hold, by its `setup.sh`. All that is not given a
 * time by that script gets one of the past: what was copied can be told from what was made.
 *
 * @param context the folder to make
 */
export function makeContext(folder: string, context: string): void {
  mkdirSync(dirname(context), { recursive: true })
  execFileSync('cp', ['-a', folder, context])
  rmSync(join(context, 'case.json'), { force: true })
  const script = join(context, 'setup.sh')
  if (existsSync(script)) {
    const text = readFileSync(script, 'utf8')
    rmSync(script)
    execFileSync('sh', ['-euc', `umask 022; ${text}`], { cwd: context })
  }
  const recent = ['-newermt', '2010-01-01', '-exec', 'touch', '--no-dereference']
  execFileSync('find', [context, ...recent, '-d', '2020-02-02 02:02:02 UTC', '{}', '+'])
}
