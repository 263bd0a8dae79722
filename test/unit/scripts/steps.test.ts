// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, mock } from 'node:test'
import { repository } from '../../harness/repository.ts'

interface Step {
  name: string
  inputs: string[]
  salt?: string
  outputs: string[]
  run: () => void
}

interface StepsScript {
  runSteps(stampFile: string, makers: (() => Step | undefined)[]): Promise<string[]>
}

interface FilesScript {
  writeIfChanged(path: string, content: string, mode?: number): void
}

const { runSteps }: StepsScript = await import(`${repository}/scripts/lib/steps.mjs`)
const { writeIfChanged }: FilesScript = await import(`${repository}/scripts/lib/files.mjs`)

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-steps-'))
  mock.method(console, 'log', () => {}) // its lines are for the person who builds
})
after(() => {
  mock.restoreAll()
  rmSync(folder, { recursive: true })
})

/** A step that writes OUT from IN, with a counter of its runs. */
function copyStep(name: string, salt = '') {
  const [input, output] = [join(folder, `${name}.in`), join(folder, `${name}.out`)]
  const counted = { runs: 0 }
  const run = () => {
    counted.runs += 1
    writeFileSync(output, readFileSync(input))
  }
  writeFileSync(input, name)
  return { counted, input, output, step: { name, inputs: [input], salt, outputs: [output], run } }
}

describe('a build step', () => {
  const changes: readonly {
    name: string
    change: (one: ReturnType<typeof copyStep>) => void
    runs: number
  }[] = [
    { name: 'is not run again when nothing changed', change: () => {}, runs: 1 },
    {
      name: 'is run again when an input changed',
      change: ({ input }) => writeFileSync(input, 'new'),
      runs: 2,
    },
    {
      name: 'is run again when an output is missing',
      change: ({ output }) => rmSync(output),
      runs: 2,
    },
    {
      name: 'is run again when its salt changed',
      change: ({ step }) => Object.assign(step, { salt: 'x' }),
      runs: 2,
    },
    {
      name: 'is not run again when only a time changed',
      change: ({ input }) => utimesSync(input, 1, 1),
      runs: 1,
    },
  ]
  for (const [index, { name, change, runs }] of changes.entries()) {
    it(name, async () => {
      const stamp = join(folder, `stamp-${index}`)
      const one = copyStep(`step-${index}`)
      await runSteps(stamp, [() => one.step])
      change(one)
      assert.deepEqual(await runSteps(stamp, [() => one.step]), [])
      assert.equal(one.counted.runs, runs)
    })
  }

  it('that fails is named, does not stop the others and is run again', async () => {
    const stamp = join(folder, 'stamp-failing')
    const broken: Step = {
      name: 'broken',
      inputs: [],
      outputs: [],
      run: () => {
        throw new Error('no')
      },
    }
    const one = copyStep('after')
    const makers = [() => broken, () => undefined, () => one.step]
    assert.deepEqual(await runSteps(stamp, makers), ['broken'])
    assert.deepEqual(await runSteps(stamp, makers), ['broken'])
    assert.equal(one.counted.runs, 1)
  })
})

describe('writeIfChanged', () => {
  const path = () => join(folder, 'deep/er/file')

  it('makes the folders and sets the mode', () => {
    writeIfChanged(path(), 'text', 0o755)
    assert.equal(readFileSync(path(), 'utf8'), 'text')
    assert.equal(statSync(path()).mode & 0o777, 0o755)
  })

  it('leaves a file alone that is right already', () => {
    utimesSync(path(), 1, 1)
    writeIfChanged(path(), 'text', 0o755)
    assert.equal(statSync(path()).mtimeMs, 1000)
  })

  it('replaces other bytes', () => {
    writeIfChanged(path(), 'other', 0o755)
    assert.equal(readFileSync(path(), 'utf8'), 'other')
  })
})
