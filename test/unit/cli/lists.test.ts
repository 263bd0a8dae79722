// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { containerList } from '../../../cli/container-list.ts'
import { imageList } from '../../../cli/image-list.ts'

const plain = { json: false, quiet: false, noheading: false }
const id = '0123456789abcdef'.repeat(4)

describe('the list of images', () => {
  const options = {
    ...plain,
    digests: false,
    noTrunc: false,
    now: new Date('2026-01-01T02:00:00Z'),
  }
  const images = [
    {
      id,
      names: ['localhost:5000/a/b:1.2', 'localhost/c:latest'],
      created: '2026-01-01T00:00:00Z',
      digest: 'sha256:d1',
      sizeBytes: 12_345_678,
    },
    {
      id: id.replace('0', 'f'),
      names: [],
      created: '2025-12-31T00:00:00.5Z',
      digest: 'sha256:d2',
      sizeBytes: 999,
    },
  ]

  it('has a line for each name, and one for an image without', () => {
    const lines = `
REPOSITORY          TAG     IMAGE ID      CREATED       SIZE
localhost:5000/a/b  1.2     0123456789ab  2 hours ago   12.3 MB
localhost/c         latest  0123456789ab  2 hours ago   12.3 MB
<none>              <none>  f123456789ab  26 hours ago  999 B`
    assert.equal(`\n${imageList(images, options).join('\n')}`, lines)
  })

  it('can do without headings', () => {
    assert.equal(imageList(images, { ...options, noheading: true }).length, 3)
  })

  it('can be ids alone, each once', () => {
    assert.deepEqual(imageList(images, { ...options, quiet: true }), [
      '0123456789ab',
      'f123456789ab',
    ])
  })

  it('can show digests and whole ids', () => {
    const [, line] = imageList(images, { ...options, digests: true, noTrunc: true })
    const want = `localhost:5000/a/b  1.2     sha256:d1  sha256:${id}  2 hours ago   12.3 MB`
    assert.equal(line, want)
  })

  it('can be JSON, with whole ids and exact times', () => {
    const [first, second] = JSON.parse(imageList(images, { ...options, json: true }).join('\n'))
    assert.deepEqual(first, {
      id,
      names: ['localhost:5000/a/b:1.2', 'localhost/c:latest'],
      digest: 'sha256:d1',
      createdat: '2 hours ago',
      created: 1767225600,
      size: '12.3 MB',
      sizeraw: 12_345_678,
      createdatraw: '2026-01-01T00:00:00Z',
    })
    assert.deepEqual([second.names, second.created], [[], 1767139200])
  })

  it('is an empty array when there are none', () => {
    assert.deepEqual(imageList([], { ...options, json: true }), ['[]'])
  })
})

describe('the list of containers', () => {
  const created = '2026-01-01T00:00:00Z'
  const containers = [
    { id, name: 'demo', image: { id: 'e'.repeat(64), name: 'localhost/busybox:latest' }, created },
    { id: id.replace('0', 'f'), name: 'working-container', image: null, created },
  ]

  it('has a line for each', () => {
    const lines = `
CONTAINER ID  IMAGE ID      IMAGE NAME                CONTAINER NAME
0123456789ab  eeeeeeeeeeee  localhost/busybox:latest  demo
f123456789ab                scratch                   working-container`
    assert.equal(`\n${containerList(containers, plain).join('\n')}`, lines)
  })

  it('can be whole ids alone', () => {
    const ids = containers.map((container) => container.id)
    assert.deepEqual(containerList(containers, { ...plain, quiet: true }), ids)
  })

  it('can be JSON with the names of the fields buildah has', () => {
    const [first, second] = JSON.parse(containerList(containers, { ...plain, json: true }).join(''))
    assert.deepEqual(first, {
      id,
      builder: true,
      imageid: 'e'.repeat(64),
      imagename: 'localhost/busybox:latest',
      containername: 'demo',
    })
    assert.deepEqual([second.imageid, second.imagename], ['', 'scratch'])
  })
})
