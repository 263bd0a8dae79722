// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type WeakMount, weakMounts } from '../../../../../core/runtime/external/mount-check.ts'

const line = (path: string, options: string) =>
  `1 2 0:3 / ${path} ${options},relatime - tmpfs tmpfs rw\n`

interface Case {
  readonly name: string
  readonly mountinfo: string
  readonly options: readonly string[]
  readonly want: readonly WeakMount[]
}

const weak = (words: readonly string[], onlyBelow: boolean) => [
  { destination: '/a b', words, onlyBelow },
]
const top = line('/a\\040b', 'ro,nosuid')

const cases: readonly Case[] = [
  {
    name: 'words for the mount itself are not looked for',
    mountinfo: '',
    options: ['ro'],
    want: [],
  },
  {
    name: 'a mount that is as it should be is fine, to the bottom',
    mountinfo: top + line('/a\\040b/c', 'ro,nosuid'),
    options: ['ro', 'rro', 'rnosuid'],
    want: [],
  },
  {
    name: 'what lies below it may be weaker',
    mountinfo: top + line('/a\\040b/c', 'rw,nosuid'),
    options: ['ro', 'rro', 'rnosuid'],
    want: weak(['rro'], true),
  },
  {
    name: 'or the mount itself',
    mountinfo: top,
    options: ['rro', 'rnoexec'],
    want: weak(['rnoexec'], false),
  },
  {
    name: 'of two above each other both are looked at',
    mountinfo: line('/a\\040b', 'rw') + top,
    options: ['rro'],
    want: weak(['rro'], true),
  },
  {
    name: 'a mount that is not there is not as it should be',
    mountinfo: line('/a\\040bc', 'ro'),
    options: ['rro'],
    want: weak(['rro'], false),
  },
]

describe('weakMounts', () => {
  for (const { name, mountinfo, options, want } of cases)
    it(name, () =>
      assert.deepEqual(weakMounts(mountinfo, [{ destination: '/a b', options }]), want),
    )
})
