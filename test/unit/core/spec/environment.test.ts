// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import { containerEnvironment, type EnvironmentRequest } from '../../../../core/spec/environment.ts'

const nothing: EnvironmentRequest = {
  image: [],
  overrides: [],
  host: { PATH: '/host', HOME: '/host/home', LANG: 'C', EMPTY: '', http_proxy: 'http://p:1' },
  proxies: false,
  home: '/root',
  hostname: 'box',
  terminal: false,
}
const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const ending = ['HOSTNAME=box', 'HOME=/root']

interface Case {
  readonly name: string
  readonly request: Partial<EnvironmentRequest>
  readonly want: readonly string[]
}

const cases: readonly Case[] = [
  { name: 'takes nothing from the host unasked', request: {}, want: [path, ...ending] },
  {
    name: 'keeps the place of a variable that is set again',
    request: { image: ['A=1', 'B=2', 'A=3'], overrides: ['B=4'] },
    want: [path, 'A=3', 'B=4', ...ending],
  },
  {
    name: 'lets the image replace PATH',
    request: { image: ['PATH=/opt'] },
    want: ['PATH=/opt', ...ending],
  },
  {
    name: 'lets an option replace what it would add',
    request: { overrides: ['HOME=/h', 'HOSTNAME=', 'TERM=dumb'], terminal: true },
    want: [path, 'HOME=/h', 'HOSTNAME=', 'TERM=dumb'],
  },
  {
    name: 'sets TERM with a terminal',
    request: { terminal: true },
    want: [path, ...ending, 'TERM=xterm'],
  },
  {
    name: 'takes the value of a bare name from the host, an empty one too',
    request: { overrides: ['LANG', 'EMPTY', 'MISSING'] },
    want: [path, 'LANG=C', 'EMPTY=', ...ending],
  },
  {
    name: 'takes away the image’s value when the host has none',
    request: { image: ['MISSING=1'], overrides: ['MISSING'] },
    want: [path, ...ending],
  },
  {
    name: 'does not take what every object has for a variable',
    request: { overrides: ['constructor', '__proto__'] },
    want: [path, ...ending],
  },
  {
    name: 'puts proxies first, below image and options',
    request: {
      proxies: true,
      host: { http_proxy: 'a', HTTPS_PROXY: 'b', no_proxy: 'c', LANG: 'C' },
      image: ['no_proxy=image'],
    },
    want: ['http_proxy=a', 'HTTPS_PROXY=b', 'no_proxy=image', path, ...ending],
  },
  {
    name: 'passes over entries of an image without a name or a value',
    request: { image: ['A', '', '=1', 'B='] },
    want: [path, 'B=', ...ending],
  },
  {
    name: 'keeps the second equals sign and newlines',
    request: { overrides: ['A=b=c\nd'] },
    want: [path, 'A=b=c\nd', ...ending],
  },
]

describe('containerEnvironment', () => {
  for (const { name, request, want } of cases) {
    it(name, () => assert.deepEqual(containerEnvironment({ ...nothing, ...request }), want))
  }
  for (const option of ['', '=x']) {
    it(`refuses the option ${JSON.stringify(option)}`, () => {
      assert.throws(
        () => containerEnvironment({ ...nothing, overrides: [option] }),
        (error) => error instanceof TsbuildError && error.code === 'USAGE',
      )
    })
  }
})
