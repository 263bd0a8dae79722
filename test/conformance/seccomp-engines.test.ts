// SPDX-License-Identifier: Apache-2.0
/** Profiles in the container engines' format: what they are for a container, and as filters. */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseExactJson } from '../../core/lib/exact-json.ts'
import { readEngineProfile } from '../../core/spec/seccomp/engine-profile.ts'
import { resolveProfile } from '../../core/spec/seccomp/resolve.ts'
import type { LinuxSeccomp, SeccompSyscall } from '../../core/spec/seccomp/types.ts'
import { differences, machine, runtimes, unexplained } from './seccomp-compare.ts'
import { useProbe, whyNot } from './seccomp-probe.ts'

/** What podman and buildah take unless told otherwise; of Debian's containers-common. */
const theirFile = '/usr/share/containers/seccomp.json'

const max64 = '18446744073709551615'
const here = machine === 'x64' ? 'amd64' : 'arm64'

/** Everything the format has, on calls that no runtime needs; the allow-list is theirs. */
const conditional = `[
  { "names": ["kcmp", "swapon"], "action": "SCMP_ACT_ALLOW",
    "includes": { "caps": ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE"] } },
  { "names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errno": "EXDEV",
    "excludes": { "caps": ["CAP_SYS_PTRACE", "CAP_SYS_MODULE"] } },
  { "names": ["swapoff"], "action": "SCMP_ACT_ERRNO", "errnoRet": 3, "errno": "EBUSY",
    "includes": { "arches": ["${here}", "s390x"] } },
  { "names": ["acct"], "action": "SCMP_ACT_TRAP", "includes": { "arches": ["x86", "arm"] } },
  { "names": ["vhangup"], "action": "SCMP_ACT_TRACE", "errnoRet": 9,
    "excludes": { "arches": ["${here}"] } },
  { "names": ["quotactl"], "action": "SCMP_ACT_LOG", "comment": "as it is",
    "excludes": { "arches": ["s390x"], "caps": ["CAP_MKNOD"] } },
  { "name": "bpf", "action": "SCMP_ACT_KILL_PROCESS",
    "args": [{ "index": 1, "op": "SCMP_CMP_EQ", "value": ${max64} }] },
  { "name": "userfaultfd", "action": "SCMP_ACT_ALLOW",
    "args": [{ "index": 0, "op": "SCMP_CMP_MASKED_EQ", "value": ${max64}, "valueTwo": 9 }] },
  { "names": ["no_such_call", "perf_event_open"], "action": "SCMP_ACT_ERRNO", "errno": "7",
    "args": [{ "index": 0, "op": "SCMP_CMP_GT", "value": 4294967295 },
             { "index": 2, "op": "SCMP_CMP_LE", "value": 8 }] }
]`

const capabilityOptions = [
  [],
  ['--cap-add', 'ALL'],
  ['--cap-drop', 'ALL', '--cap-add', 'SYS_ADMIN,SYS_PTRACE,AUDIT_WRITE'],
  ['--cap-drop', 'ALL', '--cap-add', 'SYS_PTRACE,MKNOD,DAC_READ_SEARCH'],
] as const

interface Case {
  readonly name: string
  /** Undefined: what they take without an option. */
  readonly text: (() => string) | undefined
}

const cases: readonly Case[] = [
  { name: 'their default', text: undefined },
  { name: 'every kind of condition', text: () => withRules(conditional) },
  {
    name: 'architectures as a list',
    text: () => withRules('[]').replace(archMap(), architectures),
  },
]

const architectures = '"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64", "SCMP_ARCH_X32"]'

/** Theirs with other rules in front. */
function withRules(rules: string): string {
  const theirs = readFileSync(theirFile, 'utf8')
  const added = rules.trim().slice(1, -1).trim()
  return added === '' ? theirs : theirs.replace('"syscalls": [', () => `"syscalls": [${added},`)
}

const archMap = () =>
  /"archMap": \[[\s\S]*?\n\t\]/.exec(readFileSync(theirFile, 'utf8'))?.[0] ??
  assert.fail('no archMap')

const whyNoBuildah = () =>
  whyNot() ||
  (spawnSync('sh', ['-c', 'command -v buildah']).status === 0
    ? false
    : 'needs program:buildah: npm run setup -- --peers')

describe('profiles in the format of container engines', { skip: whyNoBuildah() }, () => {
  const { probe } = useProbe()
  const folder = mkdtempSync(join(tmpdir(), 'tsbuild-engines-'))
  before(() => {
    writeFileSync(join(folder, 'runtime'), runtimeOf(folder))
    chmodSync(join(folder, 'runtime'), 0o755)
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const { name, text } of cases)
    for (const options of capabilityOptions) {
      const title = `${name}, ${options.join(' ') || 'default capabilities'}`
      it(`${title}: is what buildah makes of it`, () => {
        const { theirs, ours } = both(folder, text?.(), options)
        assert.deepEqual(comparable(ours), comparable(theirs))
        assert.ok((ours.syscalls ?? []).length > 5)
      })
      for (const runtime of text === undefined || options.length === 0 ? runtimes : [])
        it(`${title}: does what the filter of ${runtime} does`, async () => {
          const { ours } = both(folder, text?.(), options)
          const samples = [0n, 9n, 16n, 8n, 0x20008n, 0xffffffffn, 1n << 32n, 2n ** 64n - 1n]
          assert.deepEqual(unexplained(await differences(probe(), runtime, ours, samples)), [])
        })
    }
})

/** An OCI runtime that keeps the spec it is given, and starts nothing. */
const runtimeOf = (folder: string) => `#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --bundle ] && cp "$2/config.json" ${folder}/config.json; shift; done
exit 1
`

interface Both {
  readonly theirs: LinuxSeccomp
  readonly ours: LinuxSeccomp
}

/** The profile as buildah writes it into the spec of a container, and as we read it for that. */
function both(folder: string, text: string | undefined, options: readonly string[]): Both {
  const file = text === undefined ? theirFile : join(folder, 'profile.json')
  if (text !== undefined) writeFileSync(file, text)
  const profile = text === undefined ? [] : ['--security-opt', `seccomp=${file}`]
  rmSync(join(folder, 'config.json'), { force: true })
  const script = `set -e; c=$(buildah --storage-driver vfs from "$@" scratch)
    buildah --storage-driver vfs run --isolation oci --runtime ${folder}/runtime \\
      --network none $c true 2>${folder}/log || true
    buildah --storage-driver vfs rm $c >>${folder}/log`
  execFileSync('sh', ['-c', script, 'sh', ...profile, ...options], {
    env: { ...process.env, STORAGE_OPTS: '', CONTAINERS_STORAGE_CONF: storageConf(folder) },
  })
  assert.ok(existsSync(join(folder, 'config.json')), readFileSync(join(folder, 'log'), 'utf8'))
  const config = parseExactJson(readFileSync(join(folder, 'config.json'), 'utf8'))
  const { capabilities, seccomp } = partsOf(config)
  const facts = { capabilities, machine, kernelRelease: release() }
  const ours = resolveProfile(readEngineProfile(readFile(file)), facts)
  return { theirs: resolveProfile(readEngineProfile(seccomp), facts), ours }
}

const readFile = (path: string) => parseExactJson(readFileSync(path, 'utf8'))

function storageConf(folder: string): string {
  const path = join(folder, 'storage.conf')
  const line = (name: string) => `${name} = "${folder}/${name}"\n`
  writeFileSync(path, `[storage]\ndriver = "vfs"\n${line('graphroot')}${line('runroot')}`)
  return path
}

function partsOf(config: unknown): { capabilities: readonly string[]; seccomp: unknown } {
  const get = (value: unknown, ...path: readonly string[]): unknown =>
    path.reduce<unknown>(
      (one, key) => (typeof one === 'object' && one !== null ? Reflect.get(one, key) : undefined),
      value,
    )
  const bounding = get(config, 'process', 'capabilities', 'bounding') ?? []
  assert.ok(Array.isArray(bounding))
  return { capabilities: bounding.map(String), seccomp: get(config, 'linux', 'seccomp') }
}

/** Without what says the same in other words. */
const comparable = ({ architectures, syscalls = [], ...rest }: LinuxSeccomp) => ({
  ...rest,
  architectures: new Set(architectures),
  syscalls: syscalls.map(comparableRule),
})

const comparableRule = ({ args = [], ...entry }: SeccompSyscall) => ({
  ...entry,
  args: args.map(({ valueTwo = 0, ...one }) => ({ ...one, valueTwo })),
})
