// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { hostDevices } from '../../../../core/runtime/host-devices.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-devices-'))
after(() => rmSync(folder, { recursive: true }))

describe('the devices of the host', () => {
  it('have numbers, mode and owner', () => {
    const [zero, ...more] = hostDevices(['/dev/zero:/dev/other:r'])
    assert.deepEqual(more, [])
    const { type, major, minor, path, access, mode } = zero ?? assert.fail()
    assert.deepEqual(
      { type, major, minor, path, access, mode },
      { type: 'c', major: 1, minor: 5, path: '/dev/other', access: 'r', mode: 0o666 },
    )
  })

  it('are found behind a link', () => {
    const link = join(folder, 'link')
    symlinkSync('/dev/full', link)
    const [found] = hostDevices([link])
    assert.deepEqual([found?.hostPath, found?.path, found?.minor], ['/dev/full', link, 7])
  })

  it('are all those of a directory, but no terminals and no links', () => {
    const paths = hostDevices(['/dev:/devices']).map(({ path }) => path)
    assert.ok(paths.includes('/devices/null') && paths.includes('/devices/random'))
    assert.deepEqual(
      paths.filter((path) => /^\/devices\/(pts|shm|fd|console|stdin)/.test(path)),
      [],
    )
  })

  it('count once for each path, the last', () => {
    const found = hostDevices(['/dev/zero', '/dev/full:/dev/zero'])
    assert.deepEqual(
      found.map(({ minor }) => minor),
      [7],
    )
  })

  mkdirSync(join(folder, 'empty'))
  const wrong: readonly (readonly [word: string, message: RegExp])[] = [
    ['/dev/no-such-device', /cannot find device "\/dev\/no-such-device"/],
    ['/etc/passwd', /is no device/],
    [join(folder, 'empty'), /has no devices in it/],
  ]
  for (const [word, message] of wrong) {
    it(`are not ${word}`, () => {
      assert.throws(() => hostDevices([word]), { code: 'USAGE', message, hint: /./ })
    })
  }
})
