// SPDX-License-Identifier: Apache-2.0
/**
 * SIGKILL at thirty-six random moments of builds: nothing is left within a second, and the next
 * build, which takes what the killed one has cached, gives the same image as one left alone.
 */
import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { describe } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { assertSame } from '../conformance/support/compare-images.ts'
import { type Image, readLayout } from '../conformance/support/oci-layout.ts'
import { leftovers, survey } from '../harness/leftovers.ts'
import { matrix } from '../harness/matrix.ts'
import { descendants } from '../harness/processes.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { giveFile } from './support/archives.ts'
import { unnamed } from './support/unnamed.ts'

/** ROUND is a part of every key and of no file: each round starts with nothing cached. */
const containerfile = `FROM busybox AS made
ARG ROUND
COPY files /files
RUN mkdir /made && set -e && for n in 1 2 3 4; do cp -r /files /made/$n; done
RUN rm -r /made/3 && ln /made/1/1 /made/link && chmod 4755 /made/2/2
FROM busybox
ARG ROUND
RUN mkdir -m 700 /own && cp /etc/passwd /own/file
COPY --from=made /made /copied
WORKDIR /work/here
RUN rm -r /copied/1 && echo end > end
CMD ["sh"]
`

/** Whom the signal hits, in turns: the command alone, all of it at once, one of the others. */
const victims = ['the command', 'everything', 'one of the others'] as const
type Victim = (typeof victims)[number]
/** For each kind of user. */
const rounds = 12
const exclusions = [{ path: /^config history$/, reason: 'it shows ROUND' }]

describe('SIGKILL of a build', () => {
  matrix('leaves nothing, and the next one is right', killRounds, { needs: ['root'] })
})

async function killRounds(user: TestUser): Promise<void> {
  await user.ok(['commit', '-q', await user.container('busybox'), 'busybox'])
  const context = makeContext(user)
  const builtSince = new Date()
  const before = performance.now()
  const expected = await buildAndRead(user, context, 'alone')
  const durationMs = performance.now() - before
  for (let round = 0; round < rounds; round++) {
    const victim = victims[round % victims.length] ?? 'the command'
    const delayMs = randomInt(Math.ceil(durationMs))
    const what = `round ${round}: ${victim} after ${delayMs} ms of ${Math.round(durationMs)}`
    await killOne(user, buildArgs(context, `round-${round}`), { victim, delayMs, what })
    const image = await buildAndRead(user, context, `round-${round}`)
    assertSame({ ours: image, theirs: expected }, { builtSince, exclusions }, what)
    assert.deepEqual(unnamed(user.root), [], what)
  }
}

interface Shot {
  readonly victim: Victim
  readonly delayMs: number
  readonly what: string
}

async function killOne(user: TestUser, args: readonly string[], shot: Shot): Promise<void> {
  const before = survey()
  const build = user.spawn([...user.command, ...args])
  await pause(shot.delayMs)
  for (const pid of pidsOf(build.pid, shot.victim)) kill(pid)
  const result = await build.result
  const isMissed = result.code === 0 // it was over, or its last process had nothing left to do
  if (shot.victim === 'one of the others' && !isMissed) {
    assert.ok(result.code !== null, `${shot.what}: ${failureText(args, result)}`)
  }
  assert.deepEqual(await leftovers(before, user), [], shot.what)
}

function pidsOf(command: number, victim: Victim): number[] {
  const others = descendants(command).map(({ pid }) => pid)
  if (victim === 'the command') return [command]
  if (victim === 'everything') return [command, ...others]
  return others.length === 0 ? [] : others.slice(randomInt(others.length)).slice(0, 1)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

const buildArgs = (context: string, round: string): readonly string[] => [
  ...['build', '--network', 'none', '--build-arg', `ROUND=${round}`, '-t', 'built', context],
]

async function buildAndRead(user: TestUser, context: string, round: string): Promise<Image> {
  await user.ok(buildArgs(context, round))
  const layout = join(user.directory, `layout-${round}`)
  await user.ok(['push', '--quiet', 'built', `oci:${layout}:image`])
  return readLayout(layout, 'image')
}

function makeContext(user: TestUser): string {
  for (let number = 1; number <= 5; number++) {
    giveFile(user, `context/files/${number}`, `${number}\n`.repeat(number * 500))
  }
  giveFile(user, 'context/Containerfile', containerfile)
  return join(user.directory, 'files/context')
}
