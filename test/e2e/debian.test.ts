// SPDX-License-Identifier: Apache-2.0
/** The root file system of a minimal Debian: real programs, many files, many owners. */
import assert from 'node:assert/strict'
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import type { TestUser } from '../harness/user.ts'
import { checkRows, type RunRow, runArgs, shell } from './support/rows.ts'

/** keyctl(2), KEYCTL_DESCRIBE of the session keyring. */
const describeKeyring = 'syscall(250, 6, -3, my $b = "\\0" x 99, 99); print $b'

const rows: readonly RunRow[] = [
  { name: 'id', argv: ['id'], want: { stdout: 'uid=0(root) gid=0(root) groups=0(root)\n' } },
  {
    name: 'status',
    argv: ['cat', '/proc/self/status'],
    want: { stdout: /^Name:\tcat\n.*\nNSpid:.*\t1\n.*\nCapEff:\t0{8}800405fb\n.*Seccomp:\t2\n/s },
  },
  {
    name: 'mount',
    argv: ['mount'],
    want: { stdout: /^proc on \/proc type proc .*\ntmpfs on \/dev type tmpfs .* on \/sys type /ms },
  },
  {
    name: 'another user',
    options: ['--user', 'www-data:audio'],
    argv: shell('id -un; id -gn; echo ~'),
    want: ({ kind }) =>
      kind === 'single'
        ? { code: 125, stderr: /user "www-data" \(33:29\): uid 33 is not mapped\n +hint: / }
        : { stdout: 'www-data\naudio\n/var/www\n' },
  },
  { name: 'a missing program', argv: ['hello'], want: { code: 127, stderr: /not found/ } },
  { name: 'a directory', argv: ['/usr'], want: { code: 126, stderr: /is a directory/ } },
  { name: 'a status', argv: ['bash', '-c', 'exit 42'], want: { code: 42 } },
  {
    name: 'a child that was killed',
    argv: shell('sleep 1000 & kill -9 $!; wait $!'),
    want: { code: 137, stderr: /^(Killed\n)?$/ },
  },
  {
    name: 'files as the packages have them, also with set-id bits',
    argv: shell('dpkg --verify dash coreutils; stat -c "%U:%G %a" /usr/bin/su /usr/bin/chage'),
    want: ({ kind }) => ({
      stdout:
        kind === 'single'
          ? /^root:root 4755\nroot:root 755\n$/
          : /^root:root 4755\nroot:shadow 2755\n$/,
    }),
  },
  {
    name: 'a session keyring of its own',
    options: ['--security-opt', 'seccomp=unconfined'],
    argv: ['perl', '-e', describeKeyring],
    want: { stdout: /^keyring;.*;_ses\.[0-9a-f]{64}\0/ },
  },
]

describe('Debian', () => {
  matrix(
    'runs, and goes on above a layer',
    async (user) => {
      const container = await user.container('debian')
      await checkRows(user, container, rows)
      await user.ok(['commit', '-q', container, 'debian'])
      await user.ok(['from', '--name', 'next', 'debian'])
      await user.ok(runArgs('next', shell('rm -r /usr/share/perl5 && mv /etc/skel /etc/skel2')))
      await checkRows(user, 'next', rows)
    },
    { needs: ['debian rootfs'] },
  )

  matrix('installs a package through slirp4netns', installPackage, {
    kinds: ['root', 'subid'],
    needs: ['tun', 'internet', 'debian rootfs'],
  })
})

/** With apt as it is set up here: its mirrors, keys and proxies are those that can be reached. */
async function installPackage(user: TestUser): Promise<void> {
  const container = await user.container('debian')
  await user.ok(['add', container, '/etc/apt', '/etc/apt'])
  const script = `rm -f /etc/apt/sources.list && apt-get update --quiet &&
    apt-get install --quiet --yes --no-install-recommends hello && hello`
  const { stdout } = await user.ok(['run', container, ...shell(script)], { timeoutMs: 120_000 })
  assert.match(stdout, /\nHello, world!\n$/)
}
