// SPDX-License-Identifier: Apache-2.0
/** What npm publishes: the tarball, as the runner packed and installed it without any script. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { repository } from '../harness/repository.ts'
import { requires } from '../harness/requires.ts'

interface Elf {
  machineOf(file: Buffer): string | undefined
  isStatic(file: Buffer): boolean
}

const { machineOf, isStatic }: Elf = await import(`${repository}/scripts/lib/elf.mjs`)

const installed = join(facts().directory, 'installed/node_modules/tsbuild')
const manPages = readdirSync(join(repository, 'man')).map((name) => `man/${name}`)
const allowed = [
  'LICENSE',
  'README.md',
  'package.json',
  'dist/lib/THIRD-PARTY-NOTICES',
  ...[
    'main',
    'run',
    'cli',
    'digest',
    'execa',
    'seccomp',
    'cni',
    'conf',
    'detach',
    'external',
    'hooks',
    'loans',
    'mounts',
    'schema',
    'yargs',
  ].flatMap((name) => [`dist/lib/${name}.cjs`, `dist/lib/${name}.cjs.map`]),
  'dist/linux-x64/tsbuild',
  'dist/npm/tsbuild',
  ...manPages,
]
const cross = 'dist/linux-arm64/tsbuild'
const maxPackageBytes = 8_000_000

const files = readdirSync(installed, { recursive: true, withFileTypes: true })
  .filter((entry) => !entry.isDirectory())
  .map((entry) => relative(installed, join(entry.parentPath, entry.name)))

describe('the package', () => {
  it('holds what it should and nothing else', () => {
    assert.deepEqual(files.filter((path) => path !== cross).sort(), allowed.sort())
  })

  it('is not large', () => {
    const bytes = files.reduce((sum, path) => sum + statSync(join(installed, path)).size, 0)
    assert.ok(bytes < maxPackageBytes, `${bytes} bytes`)
  })

  for (const machine of ['x64', 'arm64'] as const) {
    const needs = machine === 'arm64' ? requires('arm64 build') : {}
    it(`has a static program for ${machine}`, needs, () => {
      const path = join(installed, `dist/linux-${machine}/tsbuild`)
      const file = readFileSync(path)
      assert.equal(machineOf(file), machine)
      assert.equal(isStatic(file), true)
      assert.equal(statSync(path).mode & 0o777, 0o755)
    })
  }

  it('names the licence of everything that is bundled', () => {
    const notices = readFileSync(join(installed, 'dist/lib/THIRD-PARTY-NOTICES'), 'utf8')
    for (const name of bundledPackages()) assert.match(notices, new RegExp(`^${name} \\d`, 'm'))
  })

  it('needs nothing but what it declares', () => {
    const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
    assert.deepEqual(Object.keys(dependencies), ['koffi'])
  })
})

describe('the installed command', () => {
  matrix('tells its version', async (user) => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'))
    const { stdout } = await user.ok(['version'])
    assert.match(stdout, new RegExp(`\\b${version.replaceAll('.', '\\.')}\\b`))
  })

  matrix('makes a working container', async (user) => {
    const { stdout } = await user.ok(['from', 'scratch'])
    assert.match(stdout, /^[\w.-]+\n$/)
    assert.match((await user.ok(['containers'])).stdout, new RegExp(`\\b${stdout.trim()}\\b`))
  })
})

/** Our bundles say from which packages they come: esbuild leaves the paths in the source maps. */
function bundledPackages(): string[] {
  const maps = files.filter((path) => path.endsWith('.map'))
  const sources = maps.flatMap((path): string[] => {
    const map = JSON.parse(readFileSync(join(installed, path), 'utf8'))
    return map.sources
  })
  const names = sources.flatMap((path) => {
    const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? []
    return name === undefined ? [] : [name]
  })
  return [...new Set(names)]
}
