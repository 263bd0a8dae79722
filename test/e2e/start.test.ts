// SPDX-License-Identifier: Apache-2.0
/** What a start needs, and what is said when it is not there. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import { facts } from '../harness/facts.ts'
import { matrix } from '../harness/matrix.ts'
import { giveFile } from './support/archives.ts'
import { commandWithPathOf } from './support/bare-path.ts'
import { check, runArgs } from './support/rows.ts'

describe('a start', () => {
  matrix('without Node says what to do', async (user) => {
    const env = { TSBUILD_NODE: '/no/such/node' }
    check(['version'], await user.tsbuild(['version'], { env }), {
      code: 125,
      stderr: /\/no\/such\/node.*hint: .*TSBUILD_NODE/s,
    })
  })

  matrix('with a Node that is too old says what to do', async (user) => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } })`
    const preload = giveFile(user, 'old.cjs', pretend)
    const real = join(facts().nodeFolder, 'node')
    const node = giveFile(user, 'node', `#!/bin/sh\nexec ${real} --require ${preload} "$@"\n`)
    chmodSync(node, 0o755)
    for (const args of [['version'], ['run', 'c', 'true']]) {
      check(args, await user.tsbuild(args, { env: { TSBUILD_NODE: node } }), {
        code: 125,
        stdout: '',
        stderr: /cannot run on Node 18\.20\.4: 20\.19 is the oldest\n +hint: install a newer/,
      })
    }
  })

  matrix(
    'without newuidmap takes the single id, and says so',
    async (user) => {
      const command = commandWithPathOf(user)
      const warned = { stderr: /^(tsbuild: warning: only your own id .*package uidmap\)\n)+$/ }
      const from = [...command, 'from', '--name', 'c', 'scratch']
      check(from, await user.run(from), { stdout: 'c\n', ...warned })
      const add = [...command, 'add', 'c', facts().busyboxArchive, '/']
      check(add, await user.run(add), warned)
      const run = [...command, ...runArgs('c', ['cat', '/proc/self/uid_map'])]
      check(run, await user.run(run), { stdout: /^ +0 +0 +1\n$/, ...warned })
    },
    { kinds: ['subid'] },
  )
})
