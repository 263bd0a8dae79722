// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Rights } from '../../../../core/context.ts'
import {
  containerIdMaps,
  isHostRoot,
  mapText,
  namespaceUnavailable,
} from '../../../../core/runtime/namespaces.ts'

const rights = (change: Partial<Rights>): Rights => ({
  entered: true,
  rung: 3,
  hostUid: 1000,
  hostGid: 1000,
  capabilities: 0x1ffffffffffn,
  uidMap: [
    { containerId: 0, hostId: 1000, size: 1 },
    { containerId: 1, hostId: 100000, size: 65536 },
  ],
  gidMap: [{ containerId: 0, hostId: 1000, size: 1 }],
  tried: [],
  program: '/opt/tsbuild',
  terminals: [false, false, false],
  ...change,
})

const every = [{ containerId: 0, hostId: 0, size: 4294967295 }]

describe('isHostRoot', () => {
  it('is the root of the initial user namespace', () => {
    assert.equal(isHostRoot(rights({ rung: 1, uidMap: every })), true)
  })
  it('is not root of an outer container', () => {
    assert.equal(isHostRoot(rights({ rung: 1 })), false)
  })
})

describe('containerIdMaps', () => {
  it('keeps numbers, a line for each extent of ours', () => {
    const maps = containerIdMaps(rights({}))
    assert.equal(mapText(maps?.uid ?? []), '0 0 1\n1 1 65536\n')
  })
  it('is none for the host root', () => {
    assert.equal(containerIdMaps(rights({ rung: 1, uidMap: every })), undefined)
  })
  it('is one for root without CAP_NET_ADMIN, who could not set up a network otherwise', () => {
    const limited = rights({ rung: 1, uidMap: every, capabilities: 0x80240000n })
    assert.equal(mapText(containerIdMaps(limited)?.uid ?? []), '0 0 4294967295\n')
  })
})

describe('namespaceUnavailable', () => {
  it('names each rung and why it was not taken', () => {
    const tried = [{ rung: 4, errno: 1, step: 'unshare-user', words: 'Operation not permitted' }]
    const { cause } = namespaceUnavailable(rights({ rung: 0, tried }), () => undefined)
    assert.equal(cause, 'rung 4: unshare-user: Operation not permitted')
  })
})
