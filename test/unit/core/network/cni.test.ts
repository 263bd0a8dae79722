// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { findNetworks, parseNetwork } from '../../../../core/network/cni/config.ts'
import { detachNetworks } from '../../../../core/network/cni/detach.ts'
import { callPlugin } from '../../../../core/network/cni/plugin.ts'
import { newAttachment, writeAttachment } from '../../../../core/network/cni/record.ts'
import { cniResult } from '../../../../core/network/cni/result.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-cni-test-'))
after(() => rmSync(folder, { recursive: true }))
const path = '/usr/sbin:/usr/bin:/sbin:/bin'

describe('a configuration', () => {
  const plugin = { type: 'bridge', bridge: 'b' }
  const list = { name: 'n', cniVersion: '1.0.0', plugins: [plugin, { type: 'firewall' }] }
  const single = { ...plugin, name: 'n' }

  it('of a list has its plugins', () => {
    assert.deepEqual(parseNetwork(JSON.stringify(list)), list)
  })
  it('of one plugin is a list of one', () => {
    const want = { name: 'n', cniVersion: '0.1.0', plugins: [single] }
    assert.deepEqual(parseNetwork(JSON.stringify(single)), want)
  })

  const wrong = [
    ...[[], 'text', {}, { name: 'n' }, { ...list, name: '../n' }, { ...list, plugins: [] }],
    ...[
      { ...list, plugins: [{}] },
      { name: 'n', type: '../x' },
      { ...list, cniVersion: 1 },
    ],
  ]
  for (const value of wrong)
    it(`is not ${JSON.stringify(value)}`, () => {
      assert.throws(() => parseNetwork(JSON.stringify(value)))
    })

  it('is found by the name in it, the first file of several', () => {
    const configs = join(folder, 'net.d')
    mkdirSync(configs)
    const write = (file: string, text: string) => writeFileSync(join(configs, file), text)
    write('1.conflist', JSON.stringify({ ...list, cniVersion: '0.4.0' }))
    write('2.conf', JSON.stringify({ ...single, name: 'other' }))
    write('3.conflist', JSON.stringify(list))
    write('0.conf', 'no JSON')
    write('0.txt', JSON.stringify({ ...list, cniVersion: '9' }))
    const found = findNetworks(configs, ['other', 'n'])
    assert.deepEqual(
      found.map(({ name, cniVersion }) => [name, cniVersion]),
      [
        ['other', '0.1.0'],
        ['n', '0.4.0'],
      ],
    )
    const missing = { code: 'NETWORK_FAILED', hint: /there are: n, other/, cause: /0\.conf: / }
    assert.throws(() => findNetworks(configs, ['x']), missing)
    const nothing = { code: 'NETWORK_FAILED', hint: /none is configured/ }
    assert.throws(() => findNetworks('/nowhere', ['x']), nothing)
  })
})

describe('a result', () => {
  const nothing = { addresses: [], gateways: [], nameservers: [], search: [] }
  const rows: readonly (readonly [value: unknown, want: object])[] = [
    [null, nothing],
    [{ ips: 'x', dns: 7 }, nothing],
    [
      { ips: [{ address: '10.0.0.2/24', gateway: '10.0.0.1' }, { address: 'fd00::2/64' }] },
      { ...nothing, addresses: ['10.0.0.2/24', 'fd00::2/64'], gateways: ['10.0.0.1'] },
    ],
    [
      { ip4: { ip: '10.0.0.2/24', gateway: '10.0.0.1' }, ip6: { ip: 'fd00::2/64' } },
      { ...nothing, addresses: ['10.0.0.2/24', 'fd00::2/64'], gateways: ['10.0.0.1'] },
    ],
    [
      { ips: [{ address: '10.0.0.2' }, { address: '10.0.0.2/33' }, { gateway: '$(x)' }, null] },
      nothing,
    ],
    [
      { dns: { nameservers: ['10.0.0.53', 'x\n'], search: ['a.example', 'b c'] } },
      { ...nothing, nameservers: ['10.0.0.53'], search: ['a.example'] },
    ],
  ]
  for (const [value, want] of rows)
    it(`of ${JSON.stringify(value)}`, () => assert.deepEqual(cniResult(value), want))
})

/** A program that notes how it was called, then does as its script says. */
function writePlugin(name: string, script: string): void {
  const noted = '$CNI_COMMAND $CNI_IFNAME $CNI_CONTAINERID $CNI_NETNS'
  const text = `#!/bin/sh\necho "${name} ${noted} $(cat)" >>${folder}/calls\n${script}\n`
  writeFileSync(join(folder, name), text, { mode: 0o755 })
}

describe('plugins', () => {
  writePlugin('works', `echo '{"ips":[]}'`)
  writePlugin('fails', `echo '{"code":7,"msg":"no address","details":"all taken"}'; exit 1`)
  writePlugin('breaks', 'echo words >&2; exit 3')
  const place = { containerId: 'id', netns: '/ns', ifname: 'eth0', pluginDirs: [folder], path }
  const network = (...types: readonly string[]) => ({
    ...{ name: 'n', cniVersion: '0.4.0', plugins: types.map((type) => ({ type, own: type })) },
  })
  const calls = () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n')

  it('are told what they need, and say what they did', async () => {
    const call = { command: 'ADD', network: network(), plugin: { type: 'works' } } as const
    assert.deepEqual(await callPlugin(place, { ...call, prevResult: { x: 1 } }), { ips: [] })
    const input = '{"type":"works","name":"n","cniVersion":"0.4.0","prevResult":{"x":1}}'
    assert.equal(calls().at(-1), `works ADD eth0 id /ns ${input}`)
  })

  const failures = { fails: /^no address; all taken$/, breaks: /^words$/ }
  for (const [type, cause] of Object.entries(failures))
    it(`that end like "${type}" are an error in their words`, async () => {
      const call = { command: 'ADD', network: network(), plugin: { type } } as const
      const error = { code: 'NETWORK_FAILED', cause, hint: /./ }
      await assert.rejects(callPlugin(place, { ...call, prevResult: undefined }), error)
    })

  const recordPath = join(folder, 'record.json')
  const owner = { pid: 1, startTime: '0' }
  const record = newAttachment({ containerId: 'id', owner, netns: '/ns', pluginDirs: [folder] })
  const write = (...lists: readonly ReturnType<typeof network>[]) => {
    const networks = lists.map((one, at) => ({ network: one, ifname: `eth${at}`, result: { at } }))
    writeAttachment(recordPath, { ...record, networks })
    rmSync(join(folder, 'calls'), { force: true })
  }

  it('are called in reverse at the end, with the result; the record goes', async () => {
    write(network('works', 'breaks2'), network('works'))
    writePlugin('breaks2', '')
    await detachNetworks(recordPath, { path, netns: 'there' })
    assert.deepEqual(
      calls().map((line) => line.replace(/\{.*"prevResult":(.*)\}$/, '$1')),
      ['works DEL eth1 id /ns {"at":1}', 'breaks2 DEL eth0 id /ns {"at":0}'].concat(
        'works DEL eth0 id /ns {"at":0}',
      ),
    )
    assert.ok(!existsSync(recordPath))
  })

  it('are all called though one fails, and the record stays', async () => {
    write(network('works', 'fails'))
    const failed = detachNetworks(recordPath, { path, netns: 'there' })
    await assert.rejects(failed, { code: 'NETWORK_FAILED', message: /leave the network n/ })
    assert.deepEqual(
      calls().map((line) => line.split(' ', 1)[0]),
      ['fails', 'works'],
    )
    assert.ok(existsSync(recordPath))
  })

  it('of a container that was taken off already are left alone', async () => {
    rmSync(recordPath, { force: true })
    await detachNetworks(recordPath, { path, netns: 'there' })
  })
})
