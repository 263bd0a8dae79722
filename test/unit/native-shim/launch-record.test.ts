// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseLaunchRecord } from '../../../native-shim/launch-record.ts'

const text = `pid 4711
ids 1000 1001
program /opt/my tools/tsbuild
main /opt/my tools/../lib/main.cjs
tried 1 1 capabilities not root with CAP_SYS_ADMIN
tried 3 2 newuidmap No such file or directory
rung 4
entered 1
capabilities 1fffeffffff
terminals 1 0 1
uidmap 0 1000 1
gidmap 0 1001 1
`

describe('parseLaunchRecord', () => {
  it('reads every line', () => {
    assert.deepEqual(parseLaunchRecord(text), {
      entered: true,
      rung: 4,
      hostUid: 1000,
      hostGid: 1001,
      capabilities: 0x1fffeffffffn,
      uidMap: [{ containerId: 0, hostId: 1000, size: 1 }],
      gidMap: [{ containerId: 0, hostId: 1001, size: 1 }],
      tried: [
        { rung: 1, errno: 1, step: 'capabilities', words: 'not root with CAP_SYS_ADMIN' },
        { rung: 3, errno: 2, step: 'newuidmap', words: 'No such file or directory' },
      ],
      program: '/opt/my tools/tsbuild',
      terminals: [true, false, true],
    })
  })
  for (const bad of ['', 'rung 3\n', 'ids 1 1\nrung 9\n'])
    it(`takes ${JSON.stringify(bad)} for no record`, () => {
      assert.equal(parseLaunchRecord(bad), undefined)
    })
})
