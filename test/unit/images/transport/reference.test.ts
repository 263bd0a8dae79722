// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dockerName, nameOfPath } from '../../../../images/transport/names.ts'
import { parseTransport, showTransport } from '../../../../images/transport/reference.ts'

const any = { kind: 'any' }
const named = (name: string) => ({ kind: 'name', name })

const read: readonly [text: string, transport: string, path: string, selector: object][] = [
  ['oci:a/b', 'oci', 'a/b', any],
  ['oci:/a:tag', 'oci', '/a', named('tag')],
  ['oci:/a:name:tag', 'oci', '/a', named('name:tag')],
  ['oci:/a:', 'oci', '/a', any],
  ['oci:/a:@2', 'oci', '/a', { kind: 'index', index: 2 }],
  ['oci-archive:x.tar:1', 'oci-archive', 'x.tar', named('1')],
  ['docker-archive:x.tar:a/b:c', 'docker-archive', 'x.tar', named('a/b:c')],
  ['dir:a:b', 'dir', 'a:b', any],
]

const refused: readonly [text: string, reason: RegExp][] = [
  ['debian', /names no transport/],
  ['', /names no transport/],
  ['OCI:a', /names no transport/],
  ['docker://debian', /of "docker", which is not supported/],
  ['docker-daemon:a', /of "docker-daemon"/],
  ['oci:', /names no path/],
  ['dir:', /names no path/],
  ['oci:a:@x', /"@x" where/],
  ['oci:a:@1234567', /"@1234567" where/],
  ['dir:a\0b', /NUL/],
]

describe('parseTransport', () => {
  for (const [text, transport, path, selector] of read) {
    it(`reads ${text}`, () => {
      const parsed = parseTransport(text)
      assert.deepEqual(parsed, { transport, path, selector })
      assert.equal(showTransport(parsed), text.replace(/:$/, ''))
    })
  }

  for (const [text, reason] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const hint = /use oci:PATH.* no transport to registries yet/
      assert.throws(() => parseTransport(text), {
        code: 'TRANSPORT_INVALID',
        message: reason,
        hint,
      })
    })
  }
})

describe('names', () => {
  const docker: readonly [text: string, want: string | undefined][] = [
    ['debian', 'docker.io/library/debian:latest'],
    ['a/b:c', 'docker.io/a/b:c'],
    ['localhost/a', 'localhost/a:latest'],
    ['host:5000/a:b', 'host:5000/a:b'],
    ['UP', undefined],
  ]
  for (const [text, want] of docker) {
    it(`${text} is to docker ${want ?? 'no name'}`, () => assert.equal(dockerName(text), want))
  }

  it('of a layout come from its path, where that can be one', () => {
    assert.equal(nameOfPath('/tmp/x/./y'), 'localhost/tmp/x/y:latest')
    assert.equal(nameOfPath('./o'), 'localhost/o:latest')
    for (const path of ['/tmp/UP', '..', '/', 'a b']) assert.equal(nameOfPath(path), undefined)
  })
})
