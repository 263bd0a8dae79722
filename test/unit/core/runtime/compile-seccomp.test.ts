// SPDX-License-Identifier: Apache-2.0
/** Where the filter stands among what init does. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileSpec } from '../../../../core/runtime/compile.ts'
import type { RuntimeSpec } from '../../../../core/spec/schema.ts'

const NEW_LISTENER = 8
const program = Buffer.alloc(8)

const order = (noNewPrivileges: boolean, flags: number | undefined): readonly string[] => {
  const process: RuntimeSpec['process'] = { args: ['true'], cwd: '/', noNewPrivileges }
  const spec: RuntimeSpec = { ociVersion: '1.2.0', root: { path: '/r' }, process }
  const seccomp = flags === undefined ? undefined : { flags, program }
  const facts = {
    mayMakeNodes: true,
    setgroupsDenied: false,
    sharesDev: false,
    guardEnds: false,
    seccomp,
    volumes: { owned: [], made: { always: '', here: '' } },
  }
  const wanted = ['no-new-privs', 'gate', 'seccomp', 'seccomp-notify', 'setid', 'exec']
  return compileSpec(spec, facts)
    .map(([name]) => name)
    .filter((name) => wanted.includes(name))
}

const rows = [
  {
    name: 'with the right to, before that is given up',
    got: () => order(false, 4),
    want: ['seccomp', 'setid', 'gate', 'exec'],
  },
  {
    name: 'without new privileges, as late as can be',
    got: () => order(true, 4),
    want: ['setid', 'no-new-privs', 'gate', 'seccomp', 'exec'],
  },
  {
    name: 'that asks somebody, when everybody else is done',
    got: () => order(false, NEW_LISTENER),
    want: ['gate', 'seccomp-notify', 'setid', 'exec'],
  },
  {
    name: 'that asks somebody, without new privileges',
    got: () => order(true, NEW_LISTENER),
    want: ['setid', 'no-new-privs', 'gate', 'seccomp-notify', 'exec'],
  },
  {
    name: 'that is not there, nowhere',
    got: () => order(false, undefined),
    want: ['setid', 'gate', 'exec'],
  },
]

describe('a filter is loaded', () => {
  for (const { name, got, want } of rows) it(name, () => assert.deepEqual(got(), want))
})
