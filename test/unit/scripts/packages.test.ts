// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { repository } from '../../harness/repository.ts'

interface Package {
  name: string
  proof: string
  linked?: boolean
}

interface PackagesScript {
  missingPackages(packages: readonly Package[]): string[]
  peerPackages: readonly Package[]
}

interface AptScript {
  installPackages(names: readonly string[], who: { uid: number }): void
}

const { missingPackages, peerPackages }: PackagesScript = await import(
  `${repository}/scripts/lib/packages.mjs`
)
const { installPackages }: AptScript = await import(`${repository}/scripts/lib/apt.mjs`)

describe('a Debian package', () => {
  const cases: readonly (readonly [name: string, wanted: Package, missing: boolean])[] = [
    ['whose program is there is not missing', { name: 'a', proof: 'sh' }, false],
    ['whose program is not there is missing', { name: 'a', proof: 'no-such-program' }, true],
    ['whose file is there is not missing', { name: 'a', proof: '/proc/self/exe' }, false],
    ['whose file is not there is missing', { name: 'a', proof: '/proc/none' }, true],
    [
      'of a static program is missing when it is dynamic',
      { name: 'a', proof: process.execPath, linked: false },
      true,
    ],
    [
      'of a static program is not missing when it is static',
      { name: 'a', proof: 'busybox', linked: false },
      false,
    ],
  ]
  for (const [name, wanted, missing] of cases) {
    it(name, () => assert.deepEqual(missingPackages([wanted]), missing ? ['a'] : []))
  }

  it('stands once in the list', () => {
    const names = peerPackages.map(({ name }) => name)
    assert.deepEqual(names, [...new Set(names)].sort())
  })
})

describe('installPackages', () => {
  it('tells a user the one line to type', () => {
    const line = 'sudo apt-get install -y --no-install-recommends slirp4netns uidmap'
    assert.throws(() => installPackages(['slirp4netns', 'uidmap'], { uid: 1000 }), {
      message: `some packages are missing; type:\n  ${line}`,
    })
  })
})
