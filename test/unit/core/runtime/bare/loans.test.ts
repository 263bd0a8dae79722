// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { journalPath, keptPath, settleLoans } from '../../../../../core/runtime/bare/journal.ts'
import { lentFiles } from '../../../../../core/runtime/bare/lent-files.ts'
import { type Loan, lend } from '../../../../../core/runtime/bare/loans.ts'
import { treeOf } from '../../../../shim/rootfs.ts'

const file = (destination: string): Loan => ({
  destination,
  make({ path }) {
    writeFileSync(path, 'lent')
    return undefined
  },
})

const broken: Loan = {
  destination: '/etc/broken',
  make() {
    throw new RangeError('killed here')
  },
}

interface Place {
  readonly snapshot: string
  /** Of the files. */
  readonly at: (path: string) => string
}

function scratch(t: TestContext): Place {
  const snapshot = mkdtempSync(join(tmpdir(), 'tsbuild-loans-test-'))
  t.after(() => rmSync(snapshot, { recursive: true }))
  const at = (path: string) => join(snapshot, 'fs', path)
  mkdirSync(at('etc'), { recursive: true })
  writeFileSync(at('etc/hosts'), 'of the image', { mode: 0o640 })
  symlinkSync('../run/resolv.conf', at('etc/resolv.conf'))
  symlinkSync('/etc', at('settings'))
  symlinkSync('/', at('outside'))
  return { snapshot, at }
}

interface Case {
  readonly name: string
  readonly loans: readonly Loan[]
  /** What is lent there meanwhile, below the root. */
  readonly lent: readonly string[]
  /** What a program does to it. */
  readonly meanwhile?: (place: Place) => void
  /** What of that stays. */
  readonly stays?: (place: Place) => void
}

const cases: readonly Case[] = [
  { name: 'a file that was not there', loans: [file('/etc/new')], lent: ['etc/new'] },
  { name: 'one that was', loans: [file('/etc/hosts')], lent: ['etc/hosts'] },
  {
    name: 'a link, which is not followed',
    loans: [file('/etc/resolv.conf')],
    lent: ['etc/resolv.conf'],
  },
  { name: 'one behind a link', loans: [file('/settings/hosts')], lent: ['etc/hosts'] },
  {
    name: 'one behind a link out of the root',
    loans: [file('/outside/etc/new')],
    lent: ['etc/new'],
  },
  {
    name: 'with directories on the way',
    loans: [file('/a/b/c'), file('/a/d')],
    lent: ['a/b/c', 'a/d'],
  },
  {
    name: 'what a program replaced',
    loans: [file('/etc/hosts')],
    lent: ['etc/hosts'],
    meanwhile({ at }) {
      rmSync(at('etc/hosts'))
      mkdirSync(at('etc/hosts/deep'), { recursive: true })
    },
  },
  {
    name: 'what a program removed',
    loans: [file('/etc/new'), file('/etc/hosts')],
    lent: ['etc/new'],
    meanwhile: ({ at }) => ['etc/new', 'etc/hosts'].forEach((path) => void rmSync(at(path))),
  },
  {
    name: 'all but what else came into a new directory',
    loans: [file('/run/x/lent')],
    lent: ['run/x/lent'],
    meanwhile: ({ at }) => writeFileSync(at('run/own'), 'x'),
    stays({ at }) {
      assert.deepEqual(readdirSync(at('run')), ['own'])
      rmSync(at('run'), { recursive: true })
    },
  },
]

describe('what a program is lent', () => {
  for (const { name, loans, lent, meanwhile, stays } of cases)
    it(`is taken back: ${name}`, async (t) => {
      const place = scratch(t)
      const before = treeOf(place.at(''))
      assert.deepEqual(lend(place.snapshot, loans), [])
      for (const path of lent) assert.equal(readFileSync(place.at(path), 'utf8'), 'lent')
      meanwhile?.(place)
      await settleLoans(place.snapshot)
      stays?.(place)
      assert.deepEqual(treeOf(place.at('')), before)
      assert.ok(!existsSync(journalPath(place.snapshot)))
      assert.ok(!existsSync(keptPath(place.snapshot)))
      await settleLoans(place.snapshot)
    })

  it('is taken back after a kill at any moment', async (t) => {
    const { snapshot, at } = scratch(t)
    const before = treeOf(at(''))
    assert.throws(() => lend(snapshot, [file('/x/y'), file('/etc/hosts'), broken]), /killed here/)
    assert.equal(readFileSync(at('etc/hosts'), 'utf8'), 'lent')
    const journal = readFileSync(journalPath(snapshot))
    await settleLoans(snapshot)
    assert.deepEqual(treeOf(at('')), before)
    writeFileSync(journalPath(snapshot), journal) // as before the first step, or after the last
    await settleLoans(snapshot)
    assert.deepEqual(treeOf(at('')), before)
  })

  it('is left alone where the image has it', (t) => {
    const { snapshot, at } = scratch(t)
    mkdirSync(at('dev/shm'), { recursive: true })
    symlinkSync('/proc/self/fd', at('dev/fd'))
    const isWanted = ({ destination }: Loan) => ['/dev/shm', '/dev/fd'].includes(destination)
    const before = treeOf(at(''))
    lend(snapshot, lentFiles([]).filter(isWanted))
    assert.deepEqual(treeOf(at('')), before)
  })

  it('is refused when its journal is damaged', async (t) => {
    const { snapshot } = scratch(t)
    writeFileSync(journalPath(snapshot), '{"version":1,"entries":[{"path":"etc/hosts"}]}')
    await assert.rejects(settleLoans(snapshot), { code: 'STORE_CORRUPT' })
  })
})
