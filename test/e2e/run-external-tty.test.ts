// SPDX-License-Identifier: Apache-2.0
/** A terminal that an OCI runtime makes, and sends us: the same as ours to the person at it. */
import { describe } from 'node:test'
import { matrix } from '../harness/matrix.ts'
import { descendants } from '../harness/processes.ts'
import { until } from '../harness/until.ts'
import type { TestUser } from '../harness/user.ts'
import { runtimes } from './support/external.ts'
import { openWindow } from './support/window.ts'

describe('a terminal of an OCI runtime', () => {
  for (const runtime of runtimes)
    matrix(
      `${runtime} has its size, its keys, and gives ours back as it was`,
      (user) => sitAt(user, runtime),
      { needs: ['program:tmux', `program:${runtime}`] },
    )
})

async function sitAt(user: TestUser, runtime: string): Promise<void> {
  await user.ok(['commit', '--quiet', await user.container('busybox'), 'base'])
  await user.ok(['from', '--name', 'c', '--runtime', runtime, 'base'])
  await using window = await openWindow(user)
  await window.enter('before=$(stty -g)')
  await window.enter(`$t run --network none -e 'PS1=inside> ' c sh; echo left $?`)
  await window.shows(/^inside>$/m)
  await window.enter('clear; stty size; tty; echo $TERM')
  await window.shows(/^24 80\n\/dev\/pts\/0\nxterm\ninside>$/m)

  await window.resize(100, 30)
  await window.enter('clear; until test "$(stty size)" = "30 100"; do :; done; echo grown')
  await window.shows(/^grown\ninside>$/m)

  await window.enter('clear; sleep 1000; echo slept $?')
  await until('it sleeps', () => descendants(window.pid).some(({ name }) => name === 'sleep'))
  await window.type('C-c')
  await window.shows(/\^C\ninside>$/m)
  await window.type('C-d')
  await window.shows(/^left \d+\nhost>$/m)

  await window.enter('clear; $t run --network none -t c sleep 1000; echo status $?')
  await until('it sleeps', () => descendants(window.pid).some(({ name }) => name === 'sleep'))
  await window.type('C-c')
  await window.shows(/status 130\nhost>$/m)
  await window.enter('clear; test "$(stty -g)" = "$before"; echo same $?')
  await window.shows(/^same 0$/m)
}
