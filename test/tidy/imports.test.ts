// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import { none } from './none.ts'
import { occurrences, productSources, type Source } from './sources.ts'

/** From the ground up: a file imports its own rank or a lower one. */
const ranks: readonly RegExp[] = [
  /^core\/lib\//,
  /^native-shim\//,
  /^images\//,
  /^core\//,
  /^cli\//,
]

/** The one module that knows each package: to replace a package is to change that module. */
const owners: Readonly<Record<string, string>> = {
  '@sinclair/typebox': 'core/lib/schema.ts',
  execa: 'core/lib/execa.ts',
  koffi: 'native-shim/syscalls.ts',
  'smol-toml': 'core/engine-conf/toml.ts',
  'tar-stream': 'images/tar/read.ts',
  yargs: 'cli/yargs.ts',
  'yargs-parser': 'cli/hot-parse.ts',
}

interface Import {
  readonly path: string
  readonly line: number
  readonly target: string
}

const product = productSources().filter(({ path }) => !path.endsWith('.d.ts'))
const imports = product.flatMap(importsOf)

describe('imports', () => {
  it('are found by this test', () => {
    assert.ok(imports.some(({ target }) => target === 'node:fs'))
    assert.ok(
      imports.some(
        ({ path, target }) => path.startsWith('cli/') && target === 'core/lib/errors.ts',
      ),
    )
  })

  it('go to the same rank or a lower one', () => {
    const upward = imports.filter(({ path, target }) => isOurs(target) && rank(target) > rank(path))
    none(upward.map(shown))
  })

  it('never go to tests or scripts', () => {
    const foreign = imports.filter(({ target }) => /^(test|scripts|examples|dist)\//.test(target))
    none(foreign.map(shown))
  })

  it('name a package only in the module that owns it', () => {
    const stray = imports.filter(
      ({ path, target }) =>
        !isOurs(target) && !target.startsWith('node:') && owners[packageOf(target)] !== path,
    )
    none(stray.map(shown))
  })
})

describe('only one place', () => {
  const places: readonly { what: string; pattern: RegExp; allowed: RegExp }[] = [
    {
      what: 'reads the environment',
      pattern: /\bprocess\.env\b/,
      allowed: /^core\/lib\/config\.ts$/,
    },
    {
      what: 'prints or ends the process',
      pattern: /\bconsole\.|\bprocess\.exit\b/,
      allowed: /^cli\//,
    },
    {
      what: 'starts children',
      pattern: /node:child_process|\bexeca\b/,
      allowed: /^(core\/lib\/execa?|native-shim\/shim-process)\.ts$/,
    },
  ]
  for (const { what, pattern, allowed } of places) {
    it(what, () => {
      const outside = product.filter(({ path }) => !allowed.test(path))
      const found = outside.flatMap((source) => occurrences(source, pattern))
      none(found.filter((line) => !/: (\*|\/\/|\/\*)/.test(line)))
    })
  }
})

function importsOf({ path, text }: Source): Import[] {
  const pattern = /(?:\bfrom |\bimport |\bimport\(|\brequire\()\s*'([^']+)'/g
  return [...text.matchAll(pattern)].map(({ 1: specifier = '', index }) => ({
    path,
    line: text.slice(0, index).split('\n').length,
    target: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier,
  }))
}

const rank = (path: string): number => ranks.findIndex((pattern) => pattern.test(path))

const isOurs = (target: string): boolean => rank(target) >= 0

/** `yargs/helpers` is of `yargs`, `@scope/name/part` of `@scope/name`. */
const packageOf = (target: string): string =>
  target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')

const shown = ({ path, line, target }: Import): string => `${path}:${line}: ${target}`
