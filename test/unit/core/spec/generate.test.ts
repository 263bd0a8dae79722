// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { defaultCapabilities } from '../../../../core/spec/capabilities.ts'
import { generateSpec, type SpecRequest } from '../../../../core/spec/generate.ts'
import { sameIds } from '../../../../core/spec/id-maps.ts'
import { listNamespaces } from '../../../../core/spec/namespaces.ts'
import type { RuntimeSpec } from '../../../../core/spec/schema.ts'
import { parseSpec } from '../../../../core/spec/validate.ts'
import { allPrivate, plain } from './plain-request.ts'

const root = plain.user
const app = { uid: 1000, gid: 1001, additionalGids: [50, 999], home: '/home/app', name: 'app' }
const allIds = { containerId: 0, hostId: 0, size: 65_536 }
const single = { containerId: 0, hostId: 1000, size: 1 }
const subordinate = { containerId: 1, hostId: 100_000, size: 65_536 }

const withUser = { ...allPrivate, user: 'private' } as const

const rungs = [
  { rung: 'real root', idMaps: undefined },
  { rung: 'an identity map', idMaps: sameIds({ uidMap: [allIds], gidMap: [allIds] }) },
  {
    rung: 'subordinate ids',
    idMaps: sameIds({ uidMap: [single, subordinate], gidMap: [single, subordinate] }),
  },
  { rung: 'a single id', idMaps: sameIds({ uidMap: [single], gidMap: [single] }) },
]
const profile = { defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 38 } as const

describe('generateSpec', () => {
  for (const { rung, idMaps } of rungs) {
    for (const network of ['private', 'host'] as const) {
      for (const user of [root, app]) {
        for (const terminal of [false, true]) {
          const title = `${rung}, ${network}, ${user.name}, ${terminal ? 'a' : 'no'} terminal`
          it(`is valid for ${title}, and plain JSON`, () => {
            const spec = generateSpec({
              ...plain,
              idMaps,
              namespaces: listNamespaces({
                ...(idMaps === undefined ? allPrivate : withUser),
                network,
              }),
              user,
              terminal,
              consoleSize: terminal ? { height: 24, width: 80 } : undefined,
              seccomp: terminal ? profile : undefined,
              gid5Mapped: rung !== 'a single id',
            })
            assert.deepEqual(parseSpec(spec), spec)
            assert.deepEqual(JSON.parse(JSON.stringify(spec)), spec)
          })
        }
      }
    }
  }

  const user = { idMaps: rungs[2]?.idMaps, namespaces: listNamespaces(withUser) }
  it('maps ids with a user namespace only', () => {
    assert.equal(generateSpec(plain).linux?.uidMappings, undefined)
    const { linux } = generateSpec({ ...plain, ...user })
    assert.deepEqual(
      linux?.uidMappings?.map(({ size }) => size),
      [1, 65_536],
    )
    assert.deepEqual(linux?.gidMappings, linux?.uidMappings)
  })

  it('mounts in an order in which no mount hides an earlier one', () => {
    const { mounts } = generateSpec(plain)
    assert.deepEqual(
      mounts?.map(({ destination }) => destination),
      ['/proc', '/dev', '/sys', '/etc/hosts', '/dev/pts', '/dev/shm', '/dev/mqueue'],
    )
  })

  it('binds generated files', () => {
    assert.deepEqual(mountAt('/etc/hosts', generateSpec(plain)), {
      destination: '/etc/hosts',
      type: 'bind',
      source: '/run/x/hosts',
      options: ['bind', 'rprivate', 'nosuid', 'noexec', 'nodev'],
    })
  })

  const onHost = { network: 'host', pid: 'host', ipc: 'host' } as const
  const shared = [
    { name: 'root', sources: { ...allPrivate, ...onHost }, want: ['proc', 'mqueue', 'sysfs'] },
    { name: 'a user', sources: { ...withUser, ...onHost }, want: ['bind', 'bind', 'bind'] },
  ]
  for (const { name, sources, want } of shared) {
    it(`shows what the host shares with ${name} as ${want}`, () => {
      const spec = generateSpec({ ...plain, namespaces: listNamespaces(sources) })
      const mounts = ['/proc', '/dev/mqueue', '/sys'].map((path) => mountAt(path, spec))
      assert.deepEqual(
        mounts.map((mount) => mount?.type),
        want,
      )
      assert.ok(mounts[2]?.options?.includes('ro'))
    })
  }

  for (const gid5Mapped of [true, false]) {
    it(`gives terminals to group tty: ${gid5Mapped}`, () => {
      const mount = mountAt('/dev/pts', generateSpec({ ...plain, gid5Mapped }))
      assert.equal(mount?.options?.includes('gid=5'), gid5Mapped)
    })
  }

  it('gives root its capabilities, and none to inherit', () => {
    const { capabilities } = generateSpec(plain).process ?? {}
    assert.deepEqual(capabilities, {
      bounding: defaultCapabilities,
      effective: defaultCapabilities,
      permitted: defaultCapabilities,
      inheritable: [],
      ambient: [],
    })
  })

  it('leaves a user the bounding set alone', () => {
    const { capabilities } = generateSpec({ ...plain, user: app }).process ?? {}
    assert.deepEqual(capabilities, {
      bounding: defaultCapabilities,
      effective: [],
      permitted: [],
      inheritable: [],
      ambient: [],
    })
  })

  it('hands on what was chosen', () => {
    const spec = generateSpec({
      ...plain,
      user: app,
      terminal: true,
      consoleSize: { height: 1, width: 2 },
      noNewPrivileges: true,
      readonlyRootfs: true,
      seccomp: profile,
      protectedPaths: { masked: ['/m'], readonly: ['/r'] },
    })
    assert.deepEqual(spec.process?.user, { uid: 1000, gid: 1001, additionalGids: [50, 999] })
    assert.deepEqual(spec.process?.consoleSize, { height: 1, width: 2 })
    assert.deepEqual(spec.process?.args, plain.args)
    assert.deepEqual(spec.process?.env, plain.env)
    assert.deepEqual(spec.process?.rlimits, plain.rlimits)
    assert.equal(spec.process?.terminal, true)
    assert.equal(spec.process?.noNewPrivileges, true)
    assert.deepEqual(spec.root, { path: '/run/rootfs', readonly: true })
    assert.equal(spec.hostname, 'box')
    assert.deepEqual(spec.annotations, plain.annotations)
    assert.deepEqual(spec.linux?.seccomp, profile)
    assert.deepEqual(spec.linux?.maskedPaths, ['/m'])
    assert.deepEqual(spec.linux?.readonlyPaths, ['/r'])
  })

  it('makes the working directory absolute', () => {
    assert.equal(generateSpec({ ...plain, cwd: 'app' }).process?.cwd, '/app')
  })

  const hostile = [
    { name: 'argument 2', request: { args: ['sh', 'a\0b'] } },
    { name: 'variable 1', request: { env: ['A=\0'] } },
    { name: 'path 1', request: { cwd: '/\0' } },
  ] satisfies readonly { name: string; request: Partial<SpecRequest> }[]
  for (const { name, request } of hostile) {
    it(`refuses a NUL byte in ${name}`, () => {
      assert.throws(
        () => generateSpec({ ...plain, ...request }),
        (error) =>
          error instanceof TsbuildError &&
          error.code === 'SPEC_INVALID' &&
          error.message.includes(`${name} holds a NUL byte`),
      )
    })
  }
})

describe('modules on the path of run', () => {
  for (const name of ['generate', 'user', 'environment', 'program', 'hosts', 'resolv']) {
    it(`core/spec/${name} loads no package`, () => {
      const start = new URL(`../../../../core/spec/${name}.js`, import.meta.url)
      const foreign = [...imports(start)].filter((specifier) => !specifier.startsWith('.'))
      assert.deepEqual(foreign, [])
    })
  }

  it('the check would see a package', () => {
    const start = new URL('../../../../core/spec/validate.js', import.meta.url)
    assert.ok([...imports(start)].some((specifier) => specifier.startsWith('@sinclair/typebox')))
  })
})

/** What a compiled module and those it imports say behind `from`. */
function* imports(module: URL): Iterable<string> {
  for (const [, specifier = ''] of readFileSync(module, 'utf8').matchAll(/ from '([^']+)'/g)) {
    yield specifier
    if (specifier.startsWith('.')) yield* imports(new URL(specifier, module))
  }
}

const mountAt = (destination: string, { mounts }: RuntimeSpec) =>
  mounts?.find((mount) => mount.destination === destination)
