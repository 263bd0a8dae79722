// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { codeCachePath, compileBundle } from '../../../cli/code-cache.ts'
import { repository } from '../../harness/repository.ts'

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-code-cache-'))
})
after(() => rmSync(folder, { recursive: true }))

/** Each has bytes of its own: V8 remembers what it has compiled. */
function bundle(name: string): string {
  const path = join(folder, `${name}.cjs`)
  writeFileSync(path, `exports.answer = () => 6 * 7; exports.stack = new Error('${name}').stack`)
  return path
}

function load(path: string, code?: Buffer) {
  const script = compileBundle(path, code)
  const module: { answer?: () => number; stack?: string } = {}
  script.runInThisContext()(module, undefined, undefined, path, folder)
  return { module, rejected: script.cachedDataRejected }
}

function codeFromAnotherProcess(path: string): Buffer {
  execFileSync(process.execPath, [`${repository}/dist/js/cli/code-cache-write.js`, path])
  return readFileSync(codeCachePath(path))
}

describe('a bundle that is compiled', () => {
  it('is taken from what V8 made of it', () => {
    const path = bundle('taken')
    const { module, rejected } = load(path, codeFromAnotherProcess(path))
    assert.equal(rejected, false)
    assert.equal(module.answer?.(), 42)
  })
  it('is compiled anew where V8 refuses what is there', () => {
    const { module, rejected } = load(bundle('refused'), Buffer.alloc(1000, 'x'))
    assert.equal(rejected, true)
    assert.equal(module.answer?.(), 42)
  })
  it('names the places in its own file', () => {
    const path = bundle('placed')
    assert.match(load(path).module.stack ?? '', new RegExp(`${path}:1:47`))
  })
  it('is kept for one build of Node', () => {
    assert.match(codeCachePath('bundle.cjs'), /bundle\.cjs\.v[\d.]+-(x64|arm64)-\d+-[\d.]+\.cache$/)
  })
})
