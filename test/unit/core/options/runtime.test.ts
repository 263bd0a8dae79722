// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import { type ExternalRuntime, externalRuntime } from '../../../../core/options/runtime.ts'

interface Case {
  readonly name: string
  readonly options?: ContainerOptions
  readonly isolation?: string
  readonly env?: Readonly<Record<string, string>>
  /** A pattern: of the hint. */
  readonly want: ExternalRuntime | undefined | RegExp
}

const crun = { program: 'crun', flags: [] }

const cases: readonly Case[] = [
  { name: 'nothing said is our own engine', want: undefined },
  { name: 'isolation oci alone is our own engine', isolation: 'oci', want: undefined },
  { name: 'a runtime needs no isolation', options: { runtime: 'crun' }, want: crun },
  {
    name: 'a rootless isolation has a runtime as well',
    options: { runtime: 'crun' },
    isolation: 'rootless',
    want: crun,
  },
  {
    name: 'flags get their dashes',
    options: { runtime: '/usr/bin/runc', runtimeFlag: ['debug', 'log-format=json'] },
    want: { program: '/usr/bin/runc', flags: ['--debug', '--log-format=json'] },
  },
  {
    name: 'the variable of buildah is for buildah',
    env: { BUILDAH_RUNTIME: 'crun' },
    want: undefined,
  },
  {
    name: 'our variable counts',
    env: { BUILDAH_RUNTIME: 'runc', TSBUILD_RUNTIME: 'crun' },
    want: crun,
  },
  {
    name: 'an empty variable is none',
    env: { TSBUILD_RUNTIME: '' },
    want: undefined,
  },
  {
    name: 'the option counts before variables',
    options: { runtime: 'crun' },
    env: { TSBUILD_RUNTIME: 'runc' },
    want: crun,
  },
  {
    name: 'the empty name is our own engine, whatever variables say',
    options: { runtime: '', runtimeFlag: ['debug'] },
    env: { TSBUILD_RUNTIME: 'runc' },
    want: undefined,
  },
  {
    name: 'chroot does without the runtime of a variable',
    isolation: 'chroot',
    env: { BUILDAH_RUNTIME: 'runc' },
    want: undefined,
  },
  {
    name: 'chroot with a runtime is refused',
    options: { runtime: 'runc' },
    isolation: 'chroot',
    want: /leave out --runtime/,
  },
  {
    name: 'flags without a runtime are refused',
    options: { runtimeFlag: ['debug'] },
    want: /--runtime crun/,
  },
  {
    name: 'a flag with dashes is refused',
    options: { runtime: 'crun', runtimeFlag: ['--debug'] },
    want: /without its dashes/,
  },
]

describe('externalRuntime', () => {
  for (const { name, options = {}, isolation, env = {}, want } of cases)
    it(name, () => {
      const read = () => externalRuntime(options, { isolation, env })
      if (!(want instanceof RegExp)) assert.deepEqual(read(), want)
      else
        assert.throws(read, (error: unknown) => {
          assert.ok(error instanceof TsbuildError)
          assert.equal(error.code, 'USAGE')
          assert.match(error.hint ?? '', want)
          return true
        })
    })
})
