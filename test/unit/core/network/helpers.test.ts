// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { pastaHelper } from '../../../../core/network/pasta.ts'
import { slirpHelper } from '../../../../core/network/slirp4netns.ts'
import { pastaNetwork } from '../../../../core/options/pasta.ts'
import { slirpNetwork } from '../../../../core/options/slirp4netns.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-helpers-test-'))
after(() => rmSync(folder, { recursive: true }))
for (const name of ['pasta', 'slirp4netns']) writeFileSync(join(folder, name), '', { mode: 0o755 })
const context = { env: { PATH: folder } }

interface Row {
  readonly words: string
  readonly has: readonly string[]
  readonly hasNot?: readonly string[]
}

const slirpRows: readonly Row[] = [
  { words: 'mtu=1500', has: ['--mtu=1500', '--cidr=10.0.2.0/24', '--disable-host-loopback'] },
  { words: 'cidr=10.9.8.7/16', has: ['--cidr=10.9.0.0/16', '--mtu=65520'] },
  { words: 'allow_host_loopback=true', has: [], hasNot: ['--disable-host-loopback'] },
  { words: 'enable_ipv6=true', has: ['--enable-ipv6'] },
  { words: 'enable_ipv6=false', has: [], hasNot: ['--enable-ipv6'] },
  { words: 'outbound_addr=192.0.2.7', has: ['--outbound-addr=192.0.2.7'] },
  { words: 'outbound_addr6=eth0', has: ['--outbound-addr6=eth0'] },
]

const none = ['-t none', '-u none', '-T none', '-U none']
const pastaRows: readonly Row[] = [
  { words: '', has: [...none, '--no-map-gw', '--dns-forward 169.254.1.1', '--config-net'] },
  { words: '--map-gw', has: none, hasNot: ['--no-map-gw', '--map-gw'] },
  { words: '--no-map-gw', has: ['--no-map-gw --pid'], hasNot: ['--no-map-gw -t'] },
  { words: '-t,8080', has: ['-t 8080', '-u none'], hasNot: ['-t none'] },
  { words: '--tcp-ns=80,--udp-ports,1', has: ['--tcp-ns=80'], hasNot: ['-T none', '-u none'] },
  { words: '--dns-forward,1.2.3.4', has: ['--dns-forward 1.2.3.4'], hasNot: ['169.254.1.1'] },
]

function check(argv: readonly string[], { has, hasNot = [] }: Row): void {
  const line = ` ${argv.join(' ')} `
  for (const words of has) assert.ok(line.includes(` ${words} `), `${words} in ${line}`)
  for (const words of hasNot) assert.ok(!line.includes(` ${words} `), `${words} not in ${line}`)
}

describe('the command line of', () => {
  const place = { pid: 7, userNamespace: true }
  for (const row of slirpRows)
    it(`slirp4netns for ${row.words}`, () => {
      const network = slirpNetwork(row.words.split(','))
      check(slirpHelper(context, { network, ...place, confined: true }).argv, row)
    })

  for (const row of pastaRows)
    it(`pasta for ${JSON.stringify(row.words)}`, () => {
      const network = pastaNetwork(row.words.split(','))
      check(pastaHelper(context, { network, ...place }).argv, row)
    })

  it('either without the program is an error that names its package', () => {
    const nowhere = { env: { PATH: '/nowhere' } }
    const code = 'NETWORK_FAILED'
    const pasta = { network: pastaNetwork([]), ...place }
    assert.throws(() => pastaHelper(nowhere, pasta), { code, hint: /package passt/ })
    const slirp = { network: slirpNetwork([]), ...place, confined: true }
    assert.throws(() => slirpHelper(nowhere, slirp), { code, hint: /package slirp4netns/ })
  })
})
