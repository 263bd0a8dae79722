// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Op } from '../../native-shim/ops.ts'
import { type Box, enterOps, inBox, kinds } from './box.ts'
import { S_IFCHR, S_IFIFO } from './effects-files.ts'
import { treeOf } from './rootfs.ts'
import { within } from './within.ts'

/** What must never be touched: beside the root file system, with a file that no op may read. */
const canaryOf = ({ directory }: Box) => join(directory, 'canary')
const secret = 'secret of the host\n'

function makeCanary(box: Box): void {
  mkdirSync(join(canaryOf(box), 'folder'), { recursive: true })
  writeFileSync(join(canaryOf(box), 'file'), secret)
  writeFileSync(join(box.directory, 'source'), 'from the host\n')
  mkdirSync(join(box.directory, 'folder'))
}

interface Way {
  readonly name: string
  /** Makes links in the root file system, and says by which path the canary would be reached. */
  readonly lead: (box: Box) => string
}

/** Targets by the name of the link, which is relative to /. */
const links =
  (
    targets: (box: Box) => Readonly<Record<string, string>>,
    path: string | ((box: Box) => string),
  ) =>
  (box: Box): string => {
    for (const [name, target] of Object.entries(targets(box))) {
      symlinkSync(target, join(box.rootfs, name))
    }
    return typeof path === 'string' ? path : path(box)
  }

const ways: readonly Way[] = [
  { name: '..', lead: () => '/../canary' },
  { name: '.. out of a directory', lead: () => '/etc/../../canary' },
  { name: 'a link with ..', lead: links(() => ({ link: '../canary' }), '/link') },
  { name: 'a link deep inside', lead: links(() => ({ 'etc/link': '../../canary' }), '/etc/link') },
  { name: 'an absolute link', lead: links((box) => ({ link: canaryOf(box) }), '/link') },
  {
    name: 'a climbing link',
    lead: links((box) => ({ link: `${'../'.repeat(20)}${canaryOf(box)}` }), '/link'),
  },
  { name: '.. behind a link', lead: links(() => ({ link: 'etc' }), '/link/../../canary') },
  {
    name: 'a chain of links',
    lead: links(() => ({ link: 'b', b: '/c', c: 'etc/../../canary' }), '/link'),
  },
  { name: 'the link to the root of /proc', lead: (box) => `/proc/self/root${canaryOf(box)}` },
  {
    name: 'a link to that one',
    lead: links(
      () => ({ link: '/proc/1/root' }),
      (box) => `/link${canaryOf(box)}`,
    ),
  },
  { name: 'the link to the directory of /proc', lead: (box) => `/proc/self/cwd${canaryOf(box)}` },
  ...Array.from({ length: 12 }, (_, fd) => ({
    name: `descriptor ${fd} of /proc`,
    lead: () => `/proc/self/fd/${fd}/canary`,
  })),
]

/** Everything that takes a path of the container, at the canary's place and inside of it. */
const attacks = ({ directory }: Box, canary: string): readonly Op[] => {
  const places = [
    canary,
    `${canary}/file`,
    `${canary}/folder`,
    `${canary}/made`,
    `${canary}/new/made`,
  ]
  return places.flatMap((path): Op[] => [
    ['read-file', path, 1000],
    ['mask', path],
    ['readonly', path],
    ['mkdir', path, 0o700],
    ['symlink', '/etc', path],
    ['mknod', path, S_IFIFO, 0o600, 0, 0, 0, 0],
    ['mount', path, 'tmpfs', 'tmpfs', 0, ''],
    ['bind', join(directory, 'source'), path, 0, 0, 0, 0, 0],
    ['bind', join(directory, 'folder'), path, 0, 0, 0, 0, 0],
    ['bind-device', '/dev/zero', path, S_IFCHR, 1, 5],
  ])
}

/** Where the mounts of init are, as init sees them before its pivot. */
const mountPoints = (init: number) =>
  readFileSync(`/proc/${init}/mountinfo`, 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')

async function attack(box: Box, { lead }: Way): Promise<void> {
  makeCanary(box)
  const canary = lead(box)
  const init = await box.start()
  await box.perform(enterOps(box.rootfs))
  const before = treeOf(canaryOf(box), { times: true })
  for (const op of attacks(box, canary)) {
    const [first] = await box.shim.ops([op])
    const shown = JSON.stringify(op)
    if (first?.name === 'file') assert.notEqual(first.content.toString(), secret, shown)
    assert.deepEqual(treeOf(canaryOf(box), { times: true }), before, shown)
    const outside = mountPoints(init).filter((path) => path.startsWith(canaryOf(box)))
    assert.deepEqual(outside, [], shown)
  }
  box.shim.hangUp()
  await within('the end of the shim', box.shim.ended)
}

describe('no op leaves the root file system', () => {
  for (const way of ways)
    for (const kind of kinds)
      it(
        `by ${way.name} [${kind}]`,
        inBox({ kind, shim: { cwd: '/var/tmp' } }, (box) => attack(box, way)),
      )
})

interface Landing {
  readonly name: string
  readonly targets: Readonly<Record<string, string>>
  readonly ops: (box: Box) => readonly Op[]
  /** A path of the container that has then come to be, or holds the host's text. */
  readonly lands: string
  readonly text?: string
}

const bindSource =
  (target: string) =>
  ({ directory }: Box): readonly Op[] => [
    ['bind', join(directory, 'source'), target, 0, 0, 0, 0, 0],
  ]

const landings: readonly Landing[] = [
  {
    name: 'a file onto a dangling link goes where it leads',
    targets: { 'etc/resolv.conf': '../run/systemd/resolve/stub-resolv.conf' },
    ops: bindSource('/etc/resolv.conf'),
    lands: '/run/systemd/resolve/stub-resolv.conf',
    text: 'from the host',
  },
  {
    name: 'a file onto an absolute dangling link goes there inside',
    targets: { 'etc/hosts': '/run/made/hosts' },
    ops: bindSource('/etc/hosts'),
    lands: '/run/made/hosts',
    text: 'from the host',
  },
  {
    name: 'a file onto a chain of dangling links goes to its end',
    targets: { 'etc/hosts': 'one', 'etc/one': '/etc/two', 'etc/two': '../../../run/hosts' },
    ops: bindSource('/etc/hosts'),
    lands: '/run/hosts',
    text: 'from the host',
  },
  {
    name: 'a file below a dangling link to a directory',
    targets: { link: '/run/missing/folder' },
    ops: bindSource('/link/hosts'),
    lands: '/run/missing/folder/hosts',
    text: 'from the host',
  },
  {
    name: 'a directory at a dangling link goes where it leads',
    targets: { link: '../../run/missing/folder' },
    ops: () => [['mkdir', '/link', 0o755]],
    lands: '/run/missing/folder',
  },
  {
    name: 'a directory below a chain of dangling links',
    targets: { link: 'run/one', 'run/one': '/run/two' },
    ops: () => [['mkdir', '/link/folder', 0o755]],
    lands: '/run/two/folder',
  },
  {
    name: 'a mount on a dangling link',
    targets: { link: '/run/missing' },
    ops: () => [['mount', '/link/folder', 'tmpfs', 'tmpfs', 0, '']],
    lands: '/run/missing/folder',
  },
]

describe('inside of the root file system', () => {
  for (const { name, targets, ops, lands, text = '' } of landings)
    for (const kind of kinds)
      it(
        `${name} [${kind}]`,
        inBox({ kind }, async (box) => {
          makeCanary(box)
          links(() => targets, '')(box)
          const script = `if [ -d ${lands} ]; then exit 0; else cat ${lands}; fi`
          const { status, stdout } = await box.run({ early: ops(box), script })
          assert.deepEqual({ status, stdout: stdout.trim() }, { status: 0, stdout: text })
        }),
      )
})
