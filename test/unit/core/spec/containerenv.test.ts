// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { type ContainerFacts, containerEnvFile } from '../../../../core/spec/containerenv.ts'

const facts: ContainerFacts = {
  version: '1.2.3',
  name: 'debian-working-container',
  id: 'abc',
  image: 'docker.io/library/debian:12',
  imageId: 'def',
  rootless: true,
}

describe('containerEnvFile', () => {
  it('has the lines of podman’s', () => {
    assert.equal(
      containerEnvFile(facts),
      'engine="tsbuild-1.2.3"\nname="debian-working-container"\nid="abc"\n' +
        'image="docker.io/library/debian:12"\nimageid="def"\nrootless=1\n',
    )
  })

  it('says when it is root’s', () => {
    assert.match(containerEnvFile({ ...facts, rootless: false }), /^rootless=0$/m)
  })

  for (const name of ['a"; exit 3; "', '$(exit 3)', '`exit 3`', '\\', 'a\\"b', '$HOME', 'a b']) {
    it(`gives a shell ${JSON.stringify(name)} back as it is`, () => {
      const script = `${containerEnvFile({ ...facts, name })}printf %s "$name"`
      assert.equal(execFileSync('sh', ['-c', script], { encoding: 'utf8' }), name)
    })
  }

  it('cannot be given further lines', () => {
    const text = containerEnvFile({ ...facts, image: 'a"\nrootless=0\r\u0085' })
    assert.match(text, /^image="a\\"rootless=0"$/m)
    assert.equal(text.split('\n').length, containerEnvFile(facts).split('\n').length)
  })
})
