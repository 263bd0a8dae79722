// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toOciConfig } from '../../../images/convert.ts'
import { dockerSettings } from '../../../images/docker-settings.ts'
import { parseImageConfig } from '../../../images/image-config.ts'
import { json } from './transport/sample-image.ts'

const diffId = `sha256:${'b'.repeat(64)}`
const good = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } }

const refused: readonly { name: string; bytes: Buffer; want: RegExp }[] = [
  { name: 'more than 8 MiB', bytes: Buffer.alloc(8388609, ' '), want: /more than 8388608 bytes/ },
  { name: 'no JSON', bytes: Buffer.from('x'), want: /not JSON/ },
  { name: 'no architecture', bytes: json({ ...good, architecture: 1 }), want: /\/architecture/ },
  { name: 'Env that is no list', bytes: json({ ...good, config: { Env: 'A=1' } }), want: /Env/ },
  {
    name: 'no layers for one',
    bytes: json({ ...good, rootfs: undefined }),
    want: /names 0 layers/,
  },
  {
    name: 'more layers than the manifest',
    bytes: json({ ...good, rootfs: { type: 'layers', diff_ids: [diffId, diffId] } }),
    want: /names 2 layers, the manifest lists 1/,
  },
  {
    name: 'a diffID of another kind',
    bytes: json({ ...good, rootfs: { type: 'layers', diff_ids: ['sha512:00'] } }),
    want: /not named by a sha256 digest/,
  },
]

describe('parseImageConfig', () => {
  for (const { name, bytes, want } of refused) {
    it(`refuses ${name}`, () => {
      const parse = () => parseImageConfig(bytes, 1)
      assert.throws(parse, { code: 'MANIFEST_INVALID', message: want, hint: /image again/ })
    })
  }

  it('leaves out null, and keeps what it does not know', () => {
    const { config } = parseImageConfig(
      json({
        ...good,
        container: null,
        moby: { x: null },
        config: {
          Cmd: null,
          Labels: { a: null, b: 'c' },
          Volumes: { '/v': null },
          Healthcheck: { Test: null, Retries: 3 },
          Tty: false,
        },
        history: [{ created_by: 'x', comment: null }],
      }),
      1,
    )
    assert.deepEqual(config, {
      ...good,
      moby: { x: null },
      config: {
        Labels: { a: '', b: 'c' },
        Volumes: { '/v': {} },
        Healthcheck: { Retries: 3 },
        Tty: false,
      },
      history: [{ created_by: 'x' }],
    })
  })

  it('takes null for no layers', () => {
    const bytes = json({ ...good, rootfs: { type: 'layers', diff_ids: null }, history: null })
    assert.deepEqual(parseImageConfig(bytes, 0).diffIds, [])
  })
})

describe('toOciConfig', () => {
  it("drops what is docker's alone, and nothing else", () => {
    const bytes = json({
      ...good,
      container_config: { Cmd: ['x'] },
      docker_version: '20',
      mine: 1,
      config: { Env: ['A=1'], Healthcheck: {}, Shell: ['sh'], Hostname: 'h', mine: 2 },
    })
    const want = { ...good, mine: 1, config: { Env: ['A=1'], mine: 2 } }
    assert.deepEqual(JSON.parse(toOciConfig(bytes).toString()), want)
  })

  it('is told of by the settings that do something', () => {
    const config = { Healthcheck: { Test: ['NONE'] }, OnBuild: null, Shell: [], Hostname: 'h' }
    assert.deepEqual(dockerSettings(config), ['Healthcheck', 'Hostname'])
    assert.deepEqual(dockerSettings({}), [])
  })

  it('leaves the bytes of a config alone that holds nothing of that', () => {
    const bytes = Buffer.from(` ${JSON.stringify(good)}`)
    assert.equal(toOciConfig(bytes), bytes)
  })
})
