// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ConfigOptions, configChanges } from '../../../cli/config-changes.ts'

const nothing: ConfigOptions = {
  ...{ env: [], label: [], unsetlabel: [], annotation: [], port: [], volume: [], onbuild: [] },
  ...{ cmd: undefined, entrypoint: undefined, shell: undefined, user: undefined },
  ...{ workingdir: undefined, stopSignal: undefined, hostname: undefined, domainname: undefined },
  ...{ os: undefined, arch: undefined, variant: undefined, author: undefined, comment: undefined },
  ...{ createdBy: undefined, historyComment: undefined, healthcheck: undefined },
  ...{ healthcheckInterval: undefined, healthcheckTimeout: undefined },
  ...{
    healthcheckStartInterval: undefined,
    healthcheckStartPeriod: undefined,
    healthcheckRetries: undefined,
  },
}

interface Case {
  readonly name: string
  readonly options: Partial<ConfigOptions>
  readonly want: readonly object[]
}

const cases: readonly Case[] = [
  { name: 'nothing said, nothing changed', options: {}, want: [] },
  {
    name: 'a variable, whatever is in its value',
    options: { env: ['A=b=c-'] },
    want: [{ kind: 'env', name: 'A', value: 'b=c-' }],
  },
  {
    name: 'a variable with the value it has here',
    options: { env: ['HERE'] },
    want: [{ kind: 'env', name: 'HERE', value: 'yes' }],
  },
  {
    name: 'variables set and removed in the order given',
    options: { env: ['A-', 'A=', 'B-'] },
    want: [
      { kind: 'unset-env', name: 'A' },
      { kind: 'env', name: 'A', value: '' },
      { kind: 'unset-env', name: 'B' },
    ],
  },
  {
    name: 'labels set, without a value, and removed',
    options: { label: ['a=b', 'c', 'd-', 'e-='] },
    want: [
      { kind: 'label', name: 'a', value: 'b' },
      { kind: 'label', name: 'c', value: '' },
      { kind: 'unset-label', name: 'd' },
      { kind: 'label', name: 'e-', value: '' },
    ],
  },
  {
    name: 'a command as an array',
    options: { cmd: ' ["httpd", "-f", ""]' },
    want: [{ kind: 'cmd', args: ['httpd', '-f', ''] }],
  },
  {
    name: 'a command as words',
    options: { cmd: "sh -c 'httpd -f'" },
    want: [{ kind: 'cmd', args: ['sh', '-c', 'httpd -f'] }],
  },
  {
    name: 'a command that only looks like an array',
    options: { cmd: '[ -e /x ]' },
    want: [{ kind: 'cmd', args: ['[', '-e', '/x', ']'] }],
  },
  {
    name: 'commands taken away',
    options: { cmd: '', entrypoint: '' },
    want: [
      { kind: 'cmd', args: [] },
      { kind: 'entrypoint', args: [] },
    ],
  },
  {
    name: 'empty arrays',
    options: { cmd: '[]', entrypoint: '[ ]' },
    want: [
      { kind: 'cmd', args: [] },
      { kind: 'entrypoint', args: [] },
    ],
  },
  {
    name: 'an entry point as an array',
    options: { entrypoint: '["/init"]' },
    want: [{ kind: 'entrypoint', args: ['/init'] }],
  },
  {
    name: 'an entry point as a line for the shell',
    options: { entrypoint: 'exec /init | tee /log' },
    want: [{ kind: 'entrypoint', args: ['/bin/sh', '-c', 'exec /init | tee /log'] }],
  },
  {
    name: 'texts, empty ones as well',
    options: { user: 'a:b', workingdir: '/w', author: '', createdBy: 'by hand' },
    want: [
      { kind: 'user', text: 'a:b' },
      { kind: 'workingdir', text: '/w' },
      { kind: 'author', text: '' },
      { kind: 'created-by', text: 'by hand' },
    ],
  },
  {
    name: 'ports, volumes and annotations, set and removed',
    options: { port: ['80', '53/udp-'], volume: ['/a', '/b-'], annotation: ['k=v', 'l-'] },
    want: [
      { kind: 'annotation', name: 'k', value: 'v' },
      { kind: 'unset-annotation', name: 'l' },
      { kind: 'port', name: '80' },
      { kind: 'unset-port', name: '53/udp' },
      { kind: 'volume', name: '/a' },
      { kind: 'unset-volume', name: '/b' },
    ],
  },
  {
    name: 'everything of a kind taken away, before what comes new',
    options: { env: ['-', 'A=1'], label: ['-'], port: ['-'], onbuild: ['-', 'RUN x'] },
    want: [
      { kind: 'clear', what: 'env' },
      { kind: 'env', name: 'A', value: '1' },
      { kind: 'clear', what: 'label' },
      { kind: 'clear', what: 'port' },
      { kind: 'clear', what: 'onbuild' },
      { kind: 'onbuild', text: 'RUN x' },
    ],
  },
  {
    name: 'a shell as words and as an array, a label by the other option',
    options: { shell: '/bin/bash -c', unsetlabel: ['a', 'b-'] },
    want: [
      { kind: 'unset-label', name: 'a' },
      { kind: 'unset-label', name: 'b-' },
      { kind: 'shell', args: ['/bin/bash', '-c'] },
    ],
  },
  ...(
    [
      ['NONE', ['NONE']],
      ['CMD curl -f "a b"', ['CMD', 'curl', '-f', 'a b']],
      ['CMD ["curl", "-f"]', ['CMD', 'curl', '-f']],
      ['CMD-SHELL test -e /x || exit 1', ['CMD-SHELL', 'test -e /x || exit 1']],
      ['test -e /x | cat', ['CMD-SHELL', 'test -e /x | cat']],
      ['', []],
    ] as const
  ).map(([healthcheck, Test]) => ({
    name: `a check: ${JSON.stringify(healthcheck)}`,
    options: { healthcheck },
    want: [{ kind: 'healthcheck', check: { Test } }],
  })),
  {
    name: 'times and retries of a check, in nanoseconds',
    options: {
      ...{ healthcheckInterval: '1m30s', healthcheckTimeout: '1.5h', healthcheckRetries: 3 },
      healthcheckStartPeriod: '250ms',
    },
    want: [
      {
        kind: 'healthcheck',
        check: { Interval: 90e9, Timeout: 5400e9, StartPeriod: 250e6, Retries: 3 },
      },
    ],
  },
]

describe('the changes config asks for', () => {
  for (const { name, options, want } of cases) {
    it(name, () => {
      assert.deepEqual(configChanges({ ...nothing, ...options }, { HERE: 'yes' }), want)
    })
  }

  const refused: readonly (readonly [name: string, options: Partial<ConfigOptions>, RegExp])[] = [
    ['a variable without a value anywhere', { env: ['GONE'] }, /"--env GONE" of "config"/],
    ['an array that is not closed', { cmd: '["a", ' }, /is no JSON array of strings/],
    ['a time without a unit', { healthcheckTimeout: '30' }, /"--healthcheck-timeout".*"30"/],
    ['a time that is none', { healthcheckInterval: 'nope' }, /is no time: "nope"/],
    ['half a retry', { healthcheckRetries: 0.5 }, /is not 0.5/],
    ['an array of something else', { entrypoint: '["a", 1]' }, /is no JSON array of strings/],
  ]
  for (const [name, options, message] of refused) {
    it(`refuses ${name}`, () => {
      const error = { code: 'USAGE', message, hint: /./ }
      assert.throws(() => configChanges({ ...nothing, ...options }, {}), error)
    })
  }
})
