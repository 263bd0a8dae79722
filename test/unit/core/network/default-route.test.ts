// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultRoute } from '../../../../core/network/default-route.ts'

const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const everywhere = '00000000'
const row = (
  device: string,
  { to = everywhere, by = '010200C0', flags = '0003', mask = everywhere },
) => `${device}\t${to}\t${by}\t${flags}\t0\t0\t0\t${mask}\t0\t0\t0      \n`

describe('the default route', () => {
  it('is the first that leads everywhere and is up', () => {
    const text = [
      head,
      row('eth1', { to: '000200C0', by: '00000000', flags: '0001', mask: '00FFFFFF' }),
      row('down0', { flags: '0002' }),
      row('half0', { mask: '00000080' }),
      row('eth0', {}),
      row('eth2', { by: '02020202' }),
    ].join('')
    assert.deepEqual(defaultRoute(text), { device: 'eth0', gateway: '192.0.2.1' })
  })

  for (const text of ['', head, `${head}${row('eth0', { to: '000200C0', mask: '00FFFFFF' })}`])
    it(`is not in ${JSON.stringify(text)}`, () => assert.equal(defaultRoute(text), undefined))
})
