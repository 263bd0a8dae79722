// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ResolvRequest, resolvFile } from '../../../../core/spec/resolv.ts'

interface Case extends ResolvRequest {
  readonly name: string
  readonly want: string | undefined
}

const stub = '# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch example.org lan\n'

const cases: readonly Case[] = [
  { name: 'none without a network', network: 'none', hostFile: stub, want: undefined },
  { name: 'the host’s on its network', network: 'host', hostFile: stub, want: stub },
  { name: 'none when the host has none', network: 'host', hostFile: undefined, want: undefined },
  {
    name: 'slirp4netns and the host’s search and options',
    network: 'slirp4netns',
    hostFile: stub,
    want: 'nameserver 10.0.2.3\nsearch example.org lan\noptions edns0 trust-ad\n',
  },
  {
    name: 'slirp4netns alone',
    network: 'slirp4netns',
    hostFile: undefined,
    want: 'nameserver 10.0.2.3\n',
  },
  {
    name: 'the last of search and domain, all options',
    network: 'slirp4netns',
    hostFile: 'options a\nsearch one\n  domain\ttwo\n;search three\noptions b',
    want: 'nameserver 10.0.2.3\nsearch two\noptions a b\n',
  },
  {
    name: 'no search list where the last one is empty',
    network: 'slirp4netns',
    hostFile: 'search one\nsearch',
    want: 'nameserver 10.0.2.3\n',
  },
]

describe('resolvFile', () => {
  for (const { name, want, ...request } of cases) {
    it(`is ${name}`, () => assert.equal(resolvFile(request), want))
  }
})
