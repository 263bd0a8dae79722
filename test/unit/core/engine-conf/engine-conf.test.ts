// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { engineConf } from '../../../../core/engine-conf/engine-conf.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import {
  defaultCapabilities,
  everyCapability,
  resolveCapabilities,
} from '../../../../core/spec/capabilities.ts'
import { requires } from '../../../harness/requires.ts'
import { testContext } from '../store/test-context.ts'

const folder = mkdtempSync(join(tmpdir(), 'tsbuild-conf-test-'))
after(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

const { rights, trace } = testContext()
const read = (env: Readonly<Record<string, string>>) =>
  engineConf({ env, trace, rights: { ...rights, hostUid: 1000 } })

const failure = (code: string, message: RegExp, hint: RegExp) => (error: unknown) => {
  assert.ok(error instanceof TsbuildError, String(error))
  assert.equal(error.code, code)
  assert.match(error.message, message)
  assert.match(error.hint ?? '', hint)
  return true
}

describe('containers.conf files', () => {
  it('of the variables are read in their order', async () => {
    const dns = (address: string) => `[containers]\ndns_servers = ["${address}"]\n`
    const only = write('only.conf', `${dns('192.0.2.1')}shm_size = "1m"\n`)
    const last = write('last.conf', dns('192.0.2.2'))
    const { options } = await read({ CONTAINERS_CONF: only, CONTAINERS_CONF_OVERRIDE: last })
    assert.deepEqual(options, { dns: ['192.0.2.2'], shmSize: '1m' })
  })

  it('of a user come with their drop-ins, in the order of the names', async () => {
    const size = (text: string) => `[containers]\nshm_size = "${text}"\n`
    write('config/containers/containers.conf', `${size('1m')}umask = "0077"\n`)
    write('config/containers/containers.conf.d/20-b.conf', size('3m'))
    write('config/containers/containers.conf.d/10-a.conf', size('2m'))
    write('config/containers/containers.conf.d/30-c.txt', size('4m'))
    const { options, defaults } = await read({ XDG_CONFIG_HOME: join(folder, 'config') })
    assert.deepEqual([options.shmSize, defaults.umask], ['3m', 0o077])
  })

  it('may be drop-ins alone', async () => {
    write('alone/containers/containers.conf.d/a.conf', '[containers]\nshm_size = "5m"\n')
    const { options } = await read({ XDG_CONFIG_HOME: join(folder, 'alone') })
    assert.equal(options.shmSize, '5m')
  })

  it('that a variable names must exist', async () => {
    const wanted = failure('CONFIG_INVALID', /cannot read \/missing/, /CONTAINERS_CONF names it/)
    await assert.rejects(read({ CONTAINERS_CONF: '/missing' }), wanted)
  })

  it('must not be longer than 1 MiB', async () => {
    const path = write('long.conf', '#'.repeat((1 << 20) + 1))
    const wanted = failure('CONFIG_INVALID', /cannot read .*long\.conf/, /CONTAINERS_CONF names it/)
    await assert.rejects(read({ CONTAINERS_CONF: path }), wanted)
  })

  it('that nobody wrote say nothing', async () => {
    const { options, defaults } = await read({ CONTAINERS_CONF: write('empty.conf', '') })
    assert.deepEqual({ options, defaults }, { options: {}, defaults: {} })
  })

  it('as Debian ships them change nothing', requires('program:buildah'), async () => {
    const path = '/usr/share/containers/containers.conf'
    const { options, defaults } = await read({ CONTAINERS_CONF: path })
    assert.deepEqual(options, {})
    const { capabilities = [], sysctls } = defaults
    const nothing = { add: [], drop: [], available: everyCapability }
    const choose = (base: readonly string[]) => resolveCapabilities({ base, ...nothing })
    assert.deepEqual(choose(capabilities), choose(defaultCapabilities))
    assert.deepEqual(sysctls, ['net.ipv4.ping_group_range=0 0'])
  })
})
