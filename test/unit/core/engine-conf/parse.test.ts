// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { conf } from '../../../../core/engine-conf/fields.ts'
import { type ConfSource, parseConf } from '../../../../core/engine-conf/parse.ts'
import { TsbuildError } from '../../../../core/lib/errors.ts'
import type { ContainerOptions } from '../../../../core/options/container-options.ts'
import type { EngineDefaults } from '../../../../core/options/engine-defaults.ts'

const meaning = (...texts: readonly string[]) =>
  conf(
    texts
      .map((text): ConfSource => ({ name: '/a.conf', text }))
      .reduce((below, source) => parseConf(source, below), {}),
  )

const containers = (line: string) => `[containers]\n${line}\n`

/** One key each, with what comes of it. */
const options: readonly [text: string, want: ContainerOptions][] = [
  [containers('cgroupns = "host"'), { cgroupns: 'host' }],
  [containers('cgroupns = "private"'), {}],
  [containers('default_ulimits = ["nofile=1:2"]'), { ulimit: ['nofile=1:2'] }],
  [containers('default_ulimits = []'), {}],
  [containers('devices = ["/dev/fuse"]'), { device: ['/dev/fuse'] }],
  [containers('dns_options = ["debug"]'), { dnsOption: ['debug'] }],
  [containers('dns_searches = ["a.test"]'), { dnsSearch: ['a.test'] }],
  [containers('dns_servers = ["192.0.2.1"]'), { dns: ['192.0.2.1'] }],
  [containers('http_proxy = false'), { httpProxy: false }],
  [containers('ipcns = "host"'), { ipc: 'host' }],
  [containers('ipcns = "shareable"'), {}],
  [containers('netns = "host"'), { network: ['host'] }],
  [containers('netns = "none"'), { network: ['none'] }],
  [containers('netns = "slirp4netns:mtu=1500"'), { network: ['slirp4netns:mtu=1500'] }],
  [containers('netns = "private"'), {}],
  [containers('netns = "bridge"'), {}],
  [containers('no_hosts = true'), { noHosts: true }],
  [containers('pidns = "host"'), { pid: 'host' }],
  [containers('seccomp_profile = "/p.json"'), { securityOpt: ['seccomp=/p.json'] }],
  [containers('seccomp_profile = ""'), {}],
  [containers('shm_size = "7m"'), { shmSize: '7m' }],
  [containers('shm_size = ""'), {}],
  [containers('utsns = "host"'), { uts: 'host' }],
  [containers('volumes = ["/a:/b:ro"]'), { volume: ['/a:/b:ro'] }],
  ['[engine]\nhooks_dir = ["/h"]', { hooksDir: ['/h'] }],
]

const defaults: readonly [text: string, want: EngineDefaults][] = [
  [containers('annotations = ["a=b=c", "d="]'), { annotations: { a: 'b=c', d: '' } }],
  [containers('apparmor_profile = "p"'), { apparmorProfile: 'p' }],
  [containers('base_hosts_file = "none"'), { baseHostsFile: 'none' }],
  [containers('default_capabilities = ["KILL"]'), { capabilities: ['KILL'] }],
  [containers('default_capabilities = []'), { capabilities: [] }],
  [containers('default_sysctls = ["a.b=0 0"]'), { sysctls: ['a.b=0 0'] }],
  [containers('host_containers_internal_ip = "1.2.3.4"'), { hostContainersInternalIp: '1.2.3.4' }],
  [containers('umask = "0027"'), { umask: 0o027 }],
  ['[engine]\nnetwork_cmd_options = ["mtu=1500"]', { slirpOptions: ['mtu=1500'] }],
  ['[engine]\nnetwork_cmd_path = "/s"', { slirpPath: '/s' }],
  ['[engine.runtimes]\nrunc = ["/a", "/b"]', { runtimes: { runc: ['/a', '/b'] } }],
  ['[network]\ncni_plugin_dirs = ["/cni"]', { cniPluginDirs: ['/cni'] }],
  ['[network]\ndefault_rootless_network_cmd = "pasta"', { rootlessNetworkCommand: 'pasta' }],
  ['[network]\nnetwork_config_dir = "/n"', { networkConfigDir: '/n' }],
  ['[network]\npasta_options = ["--map-gw"]', { pastaOptions: ['--map-gw'] }],
]

/** What is read, but says nothing about our containers. */
const silent: readonly string[] = [
  '',
  containers('env = ["A=b"]'),
  containers('pids_limit = 10'),
  containers('tz = "local"'),
  containers('userns = "host"'),
  containers('no_such_key = { a = 1979-05-27 }'),
  '[engine]\nruntime = "runc"',
  '[network]\ndefault_network = "podman"',
  '[secrets.opts]\n[machine]\ncpus = 1',
  'containers = 1',
]

describe('a key of containers.conf', () => {
  for (const [text, want] of options)
    it(`${text.trim()} is an option`, () =>
      assert.deepEqual(meaning(text), { options: want, defaults: {} }))
  for (const [text, want] of defaults)
    it(`${text.trim()} is a default`, () =>
      assert.deepEqual(meaning(text), { options: {}, defaults: want }))
  for (const text of silent)
    it(`${JSON.stringify(text)} says nothing`, () =>
      assert.deepEqual(meaning(text), { options: {}, defaults: {} }))
})

describe('a comment in containers.conf', () => {
  for (const [name, text] of [
    ['on a line of its own', '# no\n[containers]\n  # no\n\nshm_size = "1m"\n# no'],
    ['at the end of a line', '[containers] # no\nshm_size = "1m" # no'],
    ['in a list', '[containers]\nvolumes = [\n # "/no:/no",\n]\nshm_size = "1m"'],
    ['that is none', `[containers]\nenv = ["""\n# text\n"""]\nshm_size = "1m"`],
  ] as const)
    it(`${name} changes nothing`, () => assert.deepEqual(meaning(text).options, { shmSize: '1m' }))

  it('is part of a text of several lines', () => {
    const text = '[containers]\nbase_hosts_file = """\n# text\n"""'
    assert.deepEqual(meaning(text).defaults, { baseHostsFile: '# text\n' })
  })
})

describe('several containers.conf', () => {
  const dns = (list: string) => containers(`dns_servers = [${list}]`)

  it('count key by key, the last most', () => {
    const { options } = meaning(dns('"1.1.1.1"'), containers('shm_size = "1m"'), dns('"2.2.2.2"'))
    assert.deepEqual(options, { dns: ['2.2.2.2'], shmSize: '1m' })
  })

  it('add to a list where they say so', () => {
    const { options } = meaning(dns('"1.1.1.1"'), dns('"2.2.2.2", {append = true}'))
    assert.deepEqual(options, { dns: ['1.1.1.1', '2.2.2.2'] })
    assert.deepEqual(meaning(dns('"2.2.2.2", {append = true}')).options, { dns: ['2.2.2.2'] })
  })

  it('know the runtimes of all', () => {
    const runtimes = (line: string) => `[engine.runtimes]\n${line}`
    const texts = ['a = ["/1"]', 'b = ["/2"]', 'a = ["/3"]'].map(runtimes)
    assert.deepEqual(meaning(...texts).defaults, { runtimes: { a: ['/3'], b: ['/2'] } })
  })
})

const wrong: readonly { text: string; message: RegExp; hint: RegExp }[] = [
  {
    text: containers('shm_size = 7'),
    message: /^\/a\.conf: shm_size in \[containers\] is 7$/,
    hint: /a text in quotes/,
  },
  { text: containers('umask = ["0"]'), message: /umask .* is a list$/, hint: /octal/ },
  { text: containers('umask = "0028"'), message: /umask .* is "0028"$/, hint: /octal/ },
  { text: containers('http_proxy = "no"'), message: /http_proxy .* "no"$/, hint: /true or false/ },
  { text: containers('pids_limit = "many"'), message: /pids_limit/, hint: /a number/ },
  { text: containers('volumes = "/a:/b"'), message: /volumes .* "\/a:\/b"$/, hint: /a list/ },
  { text: containers('devices = ["/a", 1]'), message: /devices .* a list$/, hint: /list of texts/ },
  { text: containers('devices = [{append = 1}]'), message: /devices/, hint: /list of texts/ },
  {
    text: containers('annotations = ["=a"]'),
    message: /annotations .* a list$/,
    hint: /NAME=VALUE/,
  },
  { text: '[engine.runtimes]\nrunc = "/a"', message: /runtimes .* a table$/, hint: /table of/ },
  { text: '[engine]\nruntimes = 1', message: /runtimes in \[engine\] is 1$/, hint: /table of/ },
  { text: '# one\n\n#two\nnonsense', message: /a\.conf: line 4: /, hint: /TOML/ },
  { text: 'nonsense', message: /^cannot read \/a\.conf: line 1: /, hint: /TOML/ },
]

describe('a containers.conf with a mistake', () => {
  for (const { text, message, hint } of wrong)
    it(`says what is wrong with ${JSON.stringify(text)}`, () =>
      assert.throws(
        () => meaning(text),
        (error) => {
          assert.ok(error instanceof TsbuildError, String(error))
          assert.equal(error.code, 'CONFIG_INVALID')
          assert.match(error.message, message)
          assert.match(error.hint ?? '', hint)
          return true
        },
      ))
})
