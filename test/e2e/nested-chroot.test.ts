// SPDX-License-Identifier: Apache-2.0
/** Chroot isolation where neither namespaces nor mounts are to be had: in a container of docker. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import type { Result } from '../harness/child.ts'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { busyboxInside } from './support/nested-script.ts'
import { dockerFilter, openPodman } from './support/outer-podman.ts'

/** What docker grants and podman does not. */
const dockersCapabilities = '--cap-add=MKNOD,NET_RAW,AUDIT_WRITE'

const start = `cd /tmp
export TSBUILD_ISOLATION=chroot TSBUILD_ROOT=/var/lib/tsbuild
tsbuild from --name c scratch >/dev/null 2>&1 && tsbuild add c ${busyboxInside} / >/dev/null
`

/** What lies in /dev of the container's own files, and whether a journal says that more did. */
const remains = `cd /var/lib/tsbuild/snapshots; echo snapshots: $(ls | wc -l)
echo left: $(ls -A */fs/dev | grep -v :) $(ls */loans.json 2>/dev/null)`

interface Case {
  readonly name: string
  /** Docker's, if not given. */
  readonly capabilities?: string
  readonly options?: (user: TestUser) => readonly string[]
  readonly script: string
  readonly stdout: string | RegExp
  readonly stderr?: RegExp
  readonly code?: number
}

const noIsolation = /warning: no isolation: /

const cases: readonly Case[] = [
  {
    name: 'runs programs in the files of the container, with devices',
    script: `${start}tsbuild run --workingdir /w --user 5:6 c sh -c 'id -u; id -g; pwd
      ls / | grep w; echo x >/dev/null && head -c 3 /dev/zero | wc -c
      grep -c localhost /etc/hosts; exit 42'`,
    stdout: /^5\n6\n\/w\nw\n3\n[1-9]\d*\n$/,
    stderr: noIsolation,
    code: 42,
  },
  {
    name: 'leaves nothing of that in the image',
    script: `${start}tsbuild run c sh -c 'rm /etc/hosts; echo 1 >/etc/hostname; echo 2 >/new'
      tsbuild commit --quiet c image >/dev/null
      ${remains}; cat */fs/new; ls */fs/etc | grep -v : | sort -u`,
    stdout: 'snapshots: 2\nleft:\n2\n2\n\ngroup\nos-release\npasswd\n',
  },
  {
    name: 'nor in those that it builds',
    script: `${start}tsbuild commit --quiet c image >/dev/null
      tsbuild rm c >/dev/null; mkdir context
      printf 'FROM image\\nRUN test -c /dev/null && echo built >/built\\n' >context/Containerfile
      tsbuild build --quiet --tag built context >/dev/null
      ${remains}; cat */fs/built`,
    stdout: 'snapshots: 2\nleft:\nbuilt\n',
  },
  {
    name: 'puts right what a killed run left, and ends its processes',
    script: `${start}mkfifo said
      tsbuild run c sh -c 'echo lent; sleep 1000 & exec sleep 1000' >said &
      read line <said
      kill -9 $!; wait
      tsbuild commit --quiet c image >/dev/null # waits for the lock, which the guard holds
      echo asleep: $(pgrep -x sleep); ${remains}`,
    stdout: 'asleep:\nsnapshots: 2\nleft:\n',
  },
  {
    name: 'goes without devices where they may not be made, and says so',
    capabilities: '',
    script: `${start}tsbuild run c sh -c 'echo x >/dev/null && ls -l /dev/zero'`,
    stdout: '',
    stderr: /no devices \/dev\/null, .*: start the container around us with --cap-add MKNOD/,
    code: 1,
  },
  {
    name: 'goes without them where the store takes none',
    options: ({ temporary }) => [`--volume=${temporary}:/var/lib/tsbuild:nodev`],
    script: `${start}tsbuild run c sh -c 'echo x >/dev/null && ls -l /dev/zero'
      rm -r /var/lib/tsbuild/*; exit 1`,
    stdout: '',
    stderr: /no devices \/dev\/null, .*: \/var\/lib\/tsbuild is mounted "nodev"/,
    code: 1,
  },
  {
    name: 'refuses what it cannot do',
    script: `${start}for option in '--network none' '--volume /tmp:/tmp' --tty
      do tsbuild run $option c true; done`,
    stdout: '',
    stderr: /network "?none"?\n(.*\n)+.*program --volume\n(.*\n)+.*program a terminal .*\n/,
    code: 125,
  },
  {
    name: 'needs CAP_SYS_CHROOT',
    capabilities: '--cap-drop=SYS_CHROOT',
    script: `${start}tsbuild run c true`,
    stdout: '',
    stderr: /cannot enter a user namespace/,
    code: 125,
  },
]

async function runInDocker(user: TestUser, script: string, ...options: readonly string[]) {
  await using outer = await openPodman(user)
  return await outer.run([dockerFilter(user), ...options], script)
}

function check({ script, stdout, stderr, code = 0 }: Case, result: Result): void {
  const text = failureText([script], result)
  assert.equal(result.code, code, text)
  if (stdout instanceof RegExp) assert.match(result.stdout, stdout, text)
  else assert.equal(result.stdout, stdout, text)
  if (stderr !== undefined) assert.match(result.stderr, stderr, text)
}

const needs = ['program:podman', 'program:slirp4netns'] as const

describe('chroot isolation in a container of docker', () => {
  for (const one of cases)
    matrix(
      one.name,
      async (user) => {
        const { script, capabilities = dockersCapabilities, options } = one
        const more = [...(capabilities === '' ? [] : [capabilities]), ...(options?.(user) ?? [])]
        check(one, await runInDocker(user, script, ...more))
      },
      { kinds: ['root'], needs },
    )

  matrix(
    'installs packages with apt-get',
    async (user) => {
      const archive = `--volume=${facts().debianArchive}:/debian.tar:ro`
      const apt = '--volume=/etc/apt:/etc/apt:ro'
      const script = `cd /tmp; export TSBUILD_ISOLATION=chroot
        tsbuild from --name c scratch && tsbuild add c /debian.tar /
        tsbuild add c /etc/apt /etc/apt
        tsbuild run c sh -c 'rm -f /etc/apt/sources.list; apt-get update --quiet &&
          apt-get install --quiet --yes --no-install-recommends hello cron && hello
          stat -c %U:%G:%a /usr/bin/crontab /var/spool/cron/crontabs'`
      const result = await runInDocker(
        user,
        script,
        dockersCapabilities,
        archive,
        apt,
        '--network=host',
      )
      assert.match(
        result.stdout,
        /Hello, world!\nroot:crontab:2755\nroot:crontab:1730\n$/,
        result.stderr,
      )
    },
    { kinds: ['root'], needs: [...needs, 'debian rootfs', 'internet'] },
  )
})
