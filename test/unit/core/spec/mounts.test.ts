// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { containerMounts, type ExtraMounts, noExtraMounts } from '../../../../core/spec/mounts.ts'

type Group = keyof ExtraMounts | 'files'

/** The strongest first. */
const groups: readonly Group[] = ['volumes', 'builtIn', 'mounts', 'subscriptions', 'files']

const rights = {
  gid5Mapped: true,
  sysfsAllowed: true,
  procAllowed: true,
  mqueueAllowed: true,
  procOptions: [],
  shmSizeBytes: undefined,
}

/** The mounts where each group has one for the destinations that name it. */
function mountsOf(wanted: Partial<Record<Group, readonly string[]>>) {
  const of = (group: Group) =>
    (wanted[group] ?? []).map((destination) => ({ destination, type: 'bind', source: `/${group}` }))
  const extra = Object.keys(noExtraMounts).map((name) => [name, of(name as Group)])
  return containerMounts({
    ...rights,
    generatedFiles: of('files'),
    ...(Object.fromEntries(extra) as ExtraMounts),
  })
}

const own = ['/proc', '/dev', '/sys', '/dev/pts', '/dev/shm', '/dev/mqueue']

describe('containerMounts', () => {
  it('has what every container has', () => {
    const found = mountsOf({}).map(({ destination }) => destination)
    assert.deepEqual(found, own)
  })

  for (const [index, stronger] of groups.entries())
    for (const weaker of groups.slice(index + 1))
      it(`takes ${stronger} before ${weaker}, for one destination`, () => {
        const found = mountsOf({ [stronger]: ['/a', '/b'], [weaker]: ['/b', '/c'] })
        const sources = (path: string) =>
          found.filter(({ destination }) => destination === path).map(({ source }) => source)
        assert.deepEqual(sources('/a'), [`/${stronger}`])
        assert.deepEqual(sources('/b'), [`/${stronger}`])
        assert.deepEqual(sources('/c'), [`/${weaker}`])
      })

  for (const group of groups)
    it(`takes ${group} before what every container has`, () => {
      const found = mountsOf({ [group]: ['/dev/shm'] })
      const shm = found.filter(({ destination }) => destination === '/dev/shm')
      assert.deepEqual(
        shm.map(({ source }) => source),
        [`/${group}`],
      )
    })

  it('takes the first of several in one group', () => {
    const twice = ['first', 'second'].map((name) => ({ destination: '/a', source: `/${name}` }))
    const request = { ...rights, generatedFiles: [] }
    const found = containerMounts({ ...request, ...noExtraMounts, volumes: twice })
    assert.deepEqual(
      found.filter(({ destination }) => destination === '/a').map(({ source }) => source),
      ['/first'],
    )
  })

  it('mounts what is deeper later, whoever asks for it', () => {
    const found = mountsOf({
      volumes: ['/a/b/c', '/dev'],
      builtIn: ['/a'],
      mounts: ['/a/b', '/dev/x/y'],
      files: ['/etc/hosts'],
    }).map(({ destination }) => destination)
    for (const [index, path] of found.entries())
      for (const later of found.slice(index + 1))
        assert.ok(!path.startsWith(`${later}/`), `${later} hides ${path}`)
    assert.equal(new Set(found).size, found.length)
  })
})
