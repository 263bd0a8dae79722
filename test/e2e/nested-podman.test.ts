// SPDX-License-Identifier: Apache-2.0
/** The whole tool inside containers of Debian's podman: what is missing there, and what is said. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Result } from '../harness/child.ts'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { busyboxInside, everything, foundIn } from './support/nested-script.ts'
import { dockerFilter, filterWithout, openPodman } from './support/outer-podman.ts'

interface Case {
  readonly name: string
  readonly options: (user: TestUser) => readonly string[]
  readonly script?: string
  /** What the script is to print, as far as it matters. */
  readonly want: Readonly<Record<string, string | RegExp>>
  /** Whether it also prints the layer that the same commands make outside. */
  readonly hasLayer?: true
  readonly code?: number
  /** In what is said on stderr, and not. */
  readonly says?: readonly RegExp[]
  readonly never?: readonly RegExp[]
}

const hostnameLost = /warning: the hostname (and .*)?inside .* --security-opt seccomp=unconfined/
const procLost =
  /\/proc \(with other process numbers\) inside .* --security-opt unmask=ALL .*docker: /
const overlayLost = /no overlay on .*: start the .* with -v tsbuild:\/var/
const done = { user: '0', host: /^(unknown|up|down)$/, pushed: '3' }

/** As engines make one: empty, and open to all. */
function volume({ directory }: TestUser): string {
  const path = join(directory, 'volume')
  mkdirSync(path)
  return path
}

const whole: readonly Case[] = [
  {
    name: 'the defaults: all ids, copies, and the /proc and hostname of the outer one',
    options: () => [],
    want: {
      ...done,
      rung: '2',
      driver: 'copy',
      processes: /^([2-9]|\d\d)$/,
      hostname: /^[0-9a-f]{12}$/,
    },
    says: [hostnameLost, procLost, overlayLost],
  },
  {
    name: 'with a volume for the store: an overlay',
    options: (user) => [`--volume=${volume(user)}:/var/lib/tsbuild`],
    want: { ...done, rung: '2', driver: 'overlay' },
    never: [overlayLost],
  },
  {
    name: 'unmasked: a /proc of its own',
    options: () => ['--security-opt=unmask=ALL'],
    want: { ...done, rung: '2', processes: '1', hostname: /^[0-9a-f]{12}$/ },
    says: [hostnameLost],
    never: [procLost],
  },
  {
    name: 'without a filter: a hostname of its own',
    options: () => ['--security-opt=seccomp=unconfined'],
    want: { ...done, rung: '2', hostname: 'inner' },
    says: [procLost],
    never: [hostnameLost],
  },
  {
    name: 'privileged: as on a host',
    options: () => ['--privileged'],
    want: { ...done, rung: '1', processes: '1', hostname: 'inner' },
    never: [hostnameLost, procLost],
  },
  {
    name: 'CAP_SYS_ADMIN alone',
    options: () => ['--cap-add=SYS_ADMIN'],
    want: { ...done, rung: '1', hostname: 'inner' },
    never: [hostnameLost],
  },
  {
    name: 'as a normal user: the single id',
    options: () => ['--user=1000:1000', '--env=TSBUILD_ROOT=/tmp/store'],
    want: { ...done, rung: '4', driver: 'copy' },
  },
]

/** What needs no RUN, and then one. */
const store = `set -e
cd /tmp
export TSBUILD_ROOT=\${TSBUILD_ROOT:-/var/lib/tsbuild}
echo rung=$(tsbuild info --json | sed -n 's/.*"rung": \\([0-9]\\),/\\1/p' | head -n 1)
tsbuild from --name c scratch >/dev/null
tsbuild add --chown 5:6 c ${busyboxInside} / >/dev/null
tsbuild commit --quiet --timestamp 0 c image >/dev/null
mkdir context
echo 'FROM image
COPY Containerfile /' >context/Containerfile
tsbuild build --quiet --tag built context >/dev/null
tsbuild push --quiet built oci:/tmp/out
echo pushed=$(ls /tmp/out | wc -l)
echo layer=$(tsbuild inspect --type image image | grep -o 'sha256:[0-9a-f]*"$' | tail -n 1)
`

/** What the script makes in there, made outside: the last diffID of the image. */
async function layerOutside(user: TestUser): Promise<string> {
  const { busyboxArchive } = facts()
  await user.ok(['from', '--name', 'c', 'scratch'])
  await user.ok(['add', '--chown', '5:6', 'c', busyboxArchive, '/'])
  await user.ok(['commit', '--quiet', '--timestamp', '0', 'c', 'image'])
  const { stdout } = await user.ok(['inspect', '--type', 'image', 'image'])
  return stdout.match(/sha256:[0-9a-f]*"$/gm)?.at(-1) ?? ''
}

const run = 'tsbuild run --network none c true'
const needsUserNamespaces = /cannot enter a user namespace.*hint: .*seccomp=unconfined/s

const parts: readonly Case[] = [
  {
    name: "docker's filter: all that needs no RUN, and what to do for that",
    options: (user) => [dockerFilter(user)],
    script: `${store}${run}`,
    want: { rung: '0', pushed: '3' },
    hasLayer: true,
    code: 125,
    says: [needsUserNamespaces, /hint: .*--isolation chroot/],
  },
  {
    name: "docker's filter, as a normal user: the same",
    options: (user) => [dockerFilter(user), '--user=1000:1000', '--env=TSBUILD_ROOT=/tmp/store'],
    script: `${store}${run}`,
    want: { rung: '0', pushed: '3' },
    hasLayer: true,
    code: 125,
    says: [needsUserNamespaces],
    never: [/isolation chroot/],
  },
  {
    name: 'root without a capability: out of the user namespace that it cannot map',
    options: () => ['--cap-drop=all'],
    script: `${store}${run}`,
    want: { rung: '0', pushed: '3' },
    hasLayer: true,
    code: 125,
    says: [/hint: .*--cap-add SETUID,SETGID,SETFCAP/],
  },
  {
    name: 'a filter without pivot_root: what to do',
    options: (user) => [filterWithout(user, 'pivot_root')],
    script: `${store}${run}`,
    want: { rung: '2' },
    code: 125,
    says: [/cannot mount what the container needs.*hint: .*--security-opt seccomp=unconfined/s],
  },
  {
    name: 'no tun device: what to do',
    options: () => [],
    script: `${store}tsbuild run --network slirp4netns c true`,
    want: { rung: '2' },
    code: 125,
    says: [/cannot connect the network.*hint: .*--device \/dev\/net\/tun/s],
  },
]

function check({ want, code = 0, says = [], never = [] }: Case, result: Result): string[] {
  const all = `${failureText(['podman run'], result)}`
  const found = foundIn(result.stdout)
  const wrong = Object.entries(want).filter(([name, value]) =>
    value instanceof RegExp ? !value.test(found[name] ?? '') : value !== found[name],
  )
  return [
    ...(result.code === code ? [] : [`ended with ${result.code}`]),
    ...wrong.map(([name, value]) => `${name} is ${found[name]}, not ${value}`),
    ...says.filter((words) => !words.test(result.stderr)).map((words) => `does not say ${words}`),
    ...never.filter((words) => words.test(result.stderr)).map((words) => `says ${words}`),
  ].map((line) => `${line}\n${all}`)
}

describe('in a container of podman', () => {
  for (const { name, ...one } of [...whole, ...parts])
    matrix(
      name,
      async (user) => {
        await using outer = await openPodman(user)
        const result = await outer.run(one.options(user), one.script ?? everything)
        const layer = one.hasLayer ? { layer: await layerOutside(user) } : {}
        assert.deepEqual(check({ name, ...one, want: { ...one.want, ...layer } }, result), [])
      },
      { kinds: ['root'], needs: ['program:podman', 'program:slirp4netns'] },
    )
})
