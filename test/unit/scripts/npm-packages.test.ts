// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { repository } from '../../harness/repository.ts'

type Lock = Record<string, { version: string; optional?: boolean }>

interface Script {
  isInstalled(wanted: Lock | undefined, installed: Lock | undefined): boolean
}

const { isInstalled }: Script = await import(`${repository}/scripts/lib/npm-packages.mjs`)

const root = { '': { version: '0.1.0' } }
const a = { 'node_modules/a': { version: '1.0.0' } }
const b = { 'node_modules/b': { version: '2.0.0' } }
const binary = { 'node_modules/@a/linux': { version: '1.0.0', optional: true } }

const cases: readonly { name: string; wanted: Lock; installed: Lock | undefined; want: boolean }[] =
  [
    { name: 'nothing is installed', wanted: a, installed: undefined, want: false },
    { name: 'the same', wanted: { ...root, ...a, ...b }, installed: { ...a, ...b }, want: true },
    { name: 'one is missing', wanted: { ...root, ...a, ...b }, installed: a, want: false },
    {
      name: 'one has another version',
      wanted: { ...root, 'node_modules/a': { version: '1.0.1' } },
      installed: a,
      want: false,
    },
    { name: 'one is too many', wanted: { ...root, ...a }, installed: { ...a, ...b }, want: false },
    {
      name: 'one for other machines is missing',
      wanted: { ...a, ...binary },
      installed: a,
      want: true,
    },
  ]

describe('isInstalled', () => {
  for (const { name, wanted, installed, want } of cases) {
    it(name, () => assert.equal(isInstalled(wanted, installed), want))
  }
})
