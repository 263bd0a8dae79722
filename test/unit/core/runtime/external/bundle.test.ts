// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../../core/lib/errors.ts'
import { externalSpec, writeBundle } from '../../../../../core/runtime/external/bundle.ts'
import { findRuntime } from '../../../../../core/runtime/external/find.ts'

const spec = { ociVersion: '1.2.0', root: { path: '/r' }, linux: { namespaces: [] } }

describe('externalSpec', () => {
  it('says the version that runtimes take, and leaves the rest', () => {
    assert.deepEqual(externalSpec(spec, undefined), { ...spec, ociVersion: '1.0.2' })
  })

  it('names the cgroup, unless the spec does', () => {
    const path = (linux: object) => externalSpec({ ...spec, linux }, '/ours').linux?.cgroupsPath
    assert.equal(path({}), '/ours')
    assert.equal(path({ cgroupsPath: '/asked' }), '/asked')
  })
})

describe('writeBundle', () => {
  it('writes config.json, and a folder for the runtime that is its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsbuild-bundle-'))
    try {
      writeBundle(join(folder, 'oci'), { ...spec, process: { cwd: '/', rlimits: [] } })
      const text = readFileSync(join(folder, 'oci/config.json'), 'utf8')
      assert.deepEqual(JSON.parse(text), { ...spec, process: { cwd: '/', rlimits: [] } })
      assert.equal(statSync(join(folder, 'oci/state')).mode & 0o777, 0o700)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

const find = (program: string, path = '') =>
  findRuntime(program, { env: { PATH: path }, places: { own: ['/missing', '/bin/cat'] } })

describe('findRuntime', () => {
  it('takes the first place there is of those that containers.conf names', () => {
    assert.equal(find('own', '/bin'), '/bin/cat')
  })

  it('looks in PATH, and then where systems keep such programs', () => {
    assert.equal(find('sh', '/bin'), '/bin/sh')
    assert.match(find('sh'), /\/bin\/sh$/)
  })

  it('takes a path as it is, from where the user stands', () => {
    assert.equal(find('/any/where'), '/any/where')
    assert.equal(find('./here'), `${process.cwd()}/./here`)
  })

  it('says what to do without one', () => {
    assert.throws(
      () => find('no-such-runtime', '/bin'),
      (error: unknown) => {
        assert.ok(error instanceof TsbuildError)
        assert.equal(error.code, 'RUNTIME_FAILED')
        assert.match(error.hint ?? '', /install it/)
        return true
      },
    )
  })
})
