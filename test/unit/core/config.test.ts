// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configure } from '../../../core/config.ts'
import { applyChange, type ConfigChange } from '../../../core/config-change.ts'
import { from } from '../../../core/from.ts'
import type { ContainerRecord } from '../../../core/store/container-record.ts'
import { findContainer } from '../../../core/store/containers.ts'
import type { ExecutionConfig } from '../../../images/model.ts'
import { mayMount, testContext } from './store/test-context.ts'

interface Case {
  readonly name: string
  readonly config?: ExecutionConfig
  readonly changes: readonly ConfigChange[]
  readonly want: ExecutionConfig
}

const env = (name: string, value: string): ConfigChange => ({ kind: 'env', name, value })

const cases: readonly Case[] = [
  {
    name: 'a variable is added at the end',
    config: { Env: ['A=1'] },
    changes: [env('B', '=2')],
    want: { Env: ['A=1', 'B==2'] },
  },
  {
    name: 'a variable that is set keeps its place',
    config: { Env: ['A=1', 'AB=2'] },
    changes: [env('A', '')],
    want: { Env: ['A=', 'AB=2'] },
  },
  {
    name: 'a variable is taken away by its whole name',
    config: { Env: ['A=1', 'AB=2'] },
    changes: [{ kind: 'unset-env', name: 'A' }],
    want: { Env: ['AB=2'] },
  },
  {
    name: 'the last variable takes the list along',
    config: { Env: ['A=1'] },
    changes: [{ kind: 'unset-env', name: 'A' }],
    want: {},
  },
  {
    name: 'command and entry point are replaced',
    config: { Cmd: ['old'], Entrypoint: ['old'] },
    changes: [
      { kind: 'cmd', args: ['a', 'b c'] },
      { kind: 'entrypoint', args: [] },
    ],
    want: { Cmd: ['a', 'b c'] },
  },
  {
    name: 'labels are set and taken away',
    config: { Labels: { a: '1', b: '2' } },
    changes: [
      { kind: 'label', name: 'c', value: '' },
      { kind: 'unset-label', name: 'a' },
    ],
    want: { Labels: { b: '2', c: '' } },
  },
  {
    name: 'user and directory, and what is empty is no setting',
    config: { WorkingDir: '/old' },
    changes: [
      { kind: 'user', text: 'nobody:0' },
      { kind: 'workingdir', text: '' },
    ],
    want: { User: 'nobody:0' },
  },
  {
    name: 'what we do not know stays',
    config: { Healthcheck: { Test: ['NONE'] } } as ExecutionConfig,
    changes: [{ kind: 'user', text: '1' }],
    want: { Healthcheck: { Test: ['NONE'] }, User: '1' } as ExecutionConfig,
  },
  {
    name: 'ports and volumes are keys, set and taken away',
    config: { ExposedPorts: { '80': {} }, Volumes: { '/a': {} } },
    changes: [
      { kind: 'port', name: '53/udp' },
      { kind: 'unset-port', name: '80' },
      { kind: 'unset-volume', name: '/a' },
    ],
    want: { ExposedPorts: { '53/udp': {} } },
  },
  {
    name: 'everything of a kind is taken away',
    config: { Env: ['A=1'], Labels: { a: '1' }, OnBuild: ['RUN x'], User: 'u' },
    changes: [
      { kind: 'clear', what: 'env' },
      { kind: 'clear', what: 'label' },
      { kind: 'clear', what: 'onbuild' },
    ],
    want: { User: 'u' },
  },
  {
    name: 'a check is changed in parts',
    config: { Healthcheck: { Test: ['NONE'], Retries: 1 } },
    changes: [
      { kind: 'healthcheck', check: { Test: ['CMD', 'x'], Interval: 5 } },
      { kind: 'healthcheck', check: { Interval: 6 } },
    ],
    want: { Healthcheck: { Test: ['CMD', 'x'], Retries: 1, Interval: 6 } },
  },
  {
    name: 'a check is taken away',
    config: { Healthcheck: { Test: ['CMD', 'x'], Retries: 1 } },
    changes: [{ kind: 'healthcheck', check: { Test: [] } }],
    want: {},
  },
  {
    name: 'what docker adds',
    changes: [
      { kind: 'shell', args: ['/bin/bash', '-c'] },
      { kind: 'onbuild', text: 'RUN a' },
      { kind: 'onbuild', text: 'RUN b' },
      { kind: 'hostname', text: 'h' },
      { kind: 'domainname', text: 'd' },
      { kind: 'stop-signal', text: 'SIGRTMIN+3' },
    ],
    want: {
      ...{ Shell: ['/bin/bash', '-c'], OnBuild: ['RUN a', 'RUN b'], Hostname: 'h' },
      ...{ Domainname: 'd', StopSignal: 'SIGRTMIN+3' },
    },
  },
]

type Settings = Omit<ContainerRecord, 'version' | 'id' | 'name' | 'image' | 'created' | Place>
type Place = 'driver' | 'base' | 'layers' | 'active'

const settings = (config: ExecutionConfig): Settings => ({
  config,
  properties: { architecture: 'amd64', os: 'linux' },
  createdBy: '',
})

describe('applyChange', () => {
  for (const { name, config = {}, changes, want } of cases) {
    it(name, () => {
      const before = structuredClone(config)
      const changed = changes.reduce(applyChange, settings(config))
      assert.deepEqual(changed.config, want)
      assert.deepEqual(config, before)
    })
  }

  it('author and origin are no part of the running config', () => {
    const changes: readonly ConfigChange[] = [
      { kind: 'author', text: 'me' },
      { kind: 'created-by', text: 'make' },
    ]
    const changed = changes.reduce(applyChange, settings({}))
    assert.deepEqual([changed.properties.author, changed.createdBy], ['me', 'make'])
  })

  it('annotations, platform and comments are no part of it either', () => {
    const changes: readonly ConfigChange[] = [
      { kind: 'annotation', name: 'a', value: '1' },
      { kind: 'annotation', name: 'b', value: '2' },
      { kind: 'unset-annotation', name: 'a' },
      { kind: 'arch', text: 'arm64' },
      { kind: 'variant', text: 'v8' },
      { kind: 'comment', text: 'gone' },
      { kind: 'comment', text: '' },
      { kind: 'history-comment', text: 'why' },
    ]
    const changed = changes.reduce(applyChange, settings({}))
    assert.deepEqual(changed.config, {})
    assert.deepEqual([changed.annotations, changed.historyComment], [{ b: '2' }, 'why'])
    const { architecture, variant, comment } = changed.properties
    assert.deepEqual([architecture, variant, comment], ['arm64', 'v8', undefined])
  })
})

const wrong: readonly (readonly [name: string, change: ConfigChange])[] = [
  ['a variable without a name', env('', 'x')],
  ['a variable with a sign in its name', env('A=B', 'x')],
  ['a NUL byte', env('A', 'a\0b')],
  ['a NUL byte in an argument', { kind: 'cmd', args: ['a', '\0'] }],
  ['a label without a name', { kind: 'label', name: '', value: 'x' }],
  ['a relative directory', { kind: 'workingdir', text: 'srv' }],
  ['a relative volume', { kind: 'volume', name: 'data' }],
  ['a port with a name', { kind: 'port', name: 'http' }],
  ['a signal there is not', { kind: 'stop-signal', text: 'SIGNOPE' }],
  ['no architecture', { kind: 'arch', text: '' }],
  ['an instruction of nothing', { kind: 'onbuild', text: ' ' }],
]

const skip = mayMount ? false : 'needs root: of a user namespace at least'
describe('configure', { skip }, () => {
  for (const [name, change] of wrong) {
    it(`refuses ${name}, and the changes before it`, async (t) => {
      const context = testContext()
      t.after(context.dispose)
      const { name: container } = await from(context, { image: 'scratch' })
      const changes = [env('GOOD', '1'), change]
      await assert.rejects(configure(context, { container, changes }), { code: 'CONFIG_INVALID' })
      assert.deepEqual(findContainer(context, container).config, {})
    })
  }

  it('refuses a container that is not there, and names a similar one', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    await from(context, { image: 'scratch', name: 'webserver' })
    const attempt = configure(context, { container: 'webservr', changes: [] })
    const expected = { code: 'CONTAINER_UNKNOWN', hint: 'did you mean "webserver"?' }
    await assert.rejects(attempt, expected)
  })

  it('tells of changes in the history when asked to', async (t) => {
    const context = testContext()
    t.after(context.dispose)
    const { name: container } = await from(context, { image: 'scratch' })
    const changes: readonly ConfigChange[] = [
      env('A', '1'),
      { kind: 'cmd', args: ['a', 'b'] },
      { kind: 'unset-env', name: 'B' },
      { kind: 'port', name: '80' },
    ]
    await configure(context, { container, changes, addHistory: true })
    const { properties } = findContainer(context, container)
    assert.deepEqual(
      properties.history?.map(({ created_by, empty_layer }) => [created_by, empty_layer]),
      [
        ['/bin/sh -c #(nop) ENV A=1', true],
        ['/bin/sh -c #(nop) CMD ["a","b"]', true],
        ['/bin/sh -c #(nop) EXPOSE 80', true],
      ],
    )
  })
})
