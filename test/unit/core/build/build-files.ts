// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext as Test } from 'node:test'
import { type BuildRequest, build } from '../../../../core/build/build.ts'
import type { BuildEvent } from '../../../../core/build/events.ts'
import { from } from '../../../../core/from.ts'
import type { Driver } from '../../../../core/store/container-record.ts'
import { commitAs } from '../store/commit-as.ts'
import { testContext } from '../store/test-context.ts'
import { changeIn } from '../store/tree-of.ts'

type Files = Readonly<Record<string, string>>

/** A store with an image `base`, and builds in it that run no programs. */
export async function setUpBuild(t: Test, { driver = 'overlay' }: { driver?: Driver } = {}) {
  const context = testContext()
  const directory = mkdtempSync(join(tmpdir(), 'tsbuild-build-test-'))
  t.after(() => {
    context.dispose()
    rmSync(directory, { recursive: true })
  })
  await from(context, { image: 'scratch', name: 'c' })
  await changeIn(context, 'c', (root) => {
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc/passwd'), 'demo:x:7:8::/:/bin/sh\n')
  })
  await commitAs(context, { container: 'c', image: 'base' })
  if (driver === 'copy')
    writeFileSync(join(context.paths.root, 'driver.json'), '{"version":1,"driver":"copy"}\n')
  const write = (files: Files) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), text)
      utimesSync(join(directory, name), 1, 1)
    }
  }
  const run = async (text: string, request: Partial<BuildRequest> = {}) => {
    write({ Containerfile: text })
    const events: BuildEvent[] = []
    const emit = (event: BuildEvent) => void events.push(event)
    const options = { emit, signal: new AbortController().signal }
    const { id } = await build(context, { ...defaults, contextDir: directory, ...request }, options)
    return { id, events, done: stepsDone(events) }
  }
  return { context, directory, write, run }
}

const defaults: Omit<BuildRequest, 'contextDir'> = {
  file: undefined,
  ignoreFile: undefined,
  tags: [],
  buildArgs: {},
  target: undefined,
  format: 'oci',
  layers: true,
  useCache: true,
  options: { network: ['none'] },
  jobs: 1,
  stdin: 'null',
  iidfile: undefined,
}

/** The first words of the steps that were not in the cache. */
const stepsDone = (events: readonly BuildEvent[]): string[] =>
  events.flatMap((event) =>
    event.kind === 'step-ended' && event.how === 'done'
      ? [event.place.text.split(' ')[0] ?? '']
      : [],
  )
