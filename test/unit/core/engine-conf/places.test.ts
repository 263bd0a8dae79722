// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { confPlaces } from '../../../../core/engine-conf/places.ts'

const system = ['/usr/share/containers/containers.conf', '/etc/containers/containers.conf']

const cases: readonly {
  name: string
  env?: Readonly<Record<string, string>>
  uid?: number
  files: readonly string[]
  named?: readonly string[]
}[] = [
  { name: 'root has those of the machine', env: { HOME: '/root' }, uid: 0, files: system },
  {
    name: 'a user has one of their own, which counts more',
    env: { HOME: '/home/u' },
    files: [...system, '/home/u/.config/containers/containers.conf'],
  },
  {
    name: 'where XDG_CONFIG_HOME says',
    env: { HOME: '/home/u', XDG_CONFIG_HOME: '/conf' },
    files: [...system, '/conf/containers/containers.conf'],
  },
  {
    name: 'an empty variable says nothing',
    env: { HOME: '/home/u', XDG_CONFIG_HOME: '', CONTAINERS_CONF: '' },
    files: [...system, '/home/u/.config/containers/containers.conf'],
  },
  { name: 'a user without a home has none', files: system },
  {
    name: 'CONTAINERS_CONF replaces all',
    env: { HOME: '/home/u', CONTAINERS_CONF: '/only.conf' },
    files: [],
    named: ['/only.conf'],
  },
  {
    name: 'CONTAINERS_CONF_OVERRIDE comes last',
    env: { CONTAINERS_CONF_OVERRIDE: '/last.conf' },
    files: system,
    named: ['/last.conf'],
  },
  {
    name: 'after CONTAINERS_CONF, too',
    env: { CONTAINERS_CONF_OVERRIDE: '/last.conf', CONTAINERS_CONF: '/only.conf' },
    files: [],
    named: ['/only.conf', '/last.conf'],
  },
]

describe('where containers.conf may be', () => {
  for (const { name, env = {}, uid = 1000, files, named = [] } of cases)
    it(name, () => {
      const places = confPlaces(env, uid)
      const paths = places.named.map(({ path }) => path)
      assert.deepEqual({ files: places.files, named: paths }, { files, named })
    })
})
