// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runtimeCommands } from '../../../../../core/runtime/external/commands.ts'

const plan = {
  program: '/usr/bin/crun',
  flags: ['--debug'],
  folder: '/run/private/oci',
  id: 'c1',
  terminal: false,
}
const common = ['/usr/bin/crun', '--debug', '--root', '/run/private/oci/state']
const create = [
  ...common,
  ...['--log', '/run/private/oci/log', 'create'],
  ...['--bundle', '/run/private/oci', '--pid-file', '/run/private/oci/pid'],
]

describe('runtimeCommands', () => {
  it('has the verbs of the runtime specification, with what it works on', () => {
    assert.deepEqual(runtimeCommands(plan), {
      create: [...create, 'c1'],
      state: [...common, 'state', 'c1'],
      start: [...common, 'start', 'c1'],
      kill: [...common, 'kill', 'c1', 'KILL'],
      delete: [...common, 'delete', '--force', 'c1'],
    })
  })

  it('names a console socket where a terminal is wanted', () => {
    const console = ['--console-socket', '/run/private/oci/console']
    const commands = runtimeCommands({ ...plan, terminal: true })
    assert.deepEqual(commands.create, [...create, ...console, 'c1'])
  })
})
