// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseContainerfile } from '../../../../core/containerfile/parse.ts'
import { describeError, TsbuildError } from '../../../../core/lib/errors.ts'
import { repository } from '../../../harness/repository.ts'

// A folder a case: Containerfile, and beside it what it parses to, or what the user reads.

const folder = join(repository, 'test/unit/core/containerfile/fixtures')
const read = (name: string, file: string): string => readFileSync(join(folder, name, file), 'utf8')

describe('parseContainerfile', () => {
  for (const name of readdirSync(folder)) {
    const parse = () =>
      parseContainerfile({ name: 'Containerfile', text: read(name, 'Containerfile') })
    if (existsSync(join(folder, name, 'error.txt'))) {
      it(`refuses ${name}`, () => {
        assert.equal(`${messageOf(parse)}\n`, read(name, 'error.txt'))
      })
    } else {
      it(`reads ${name}`, () => {
        const { escapeToken, instructions } = parse()
        const expected: unknown = JSON.parse(read(name, 'expected.json'))
        assert.deepEqual({ escapeToken, instructions }, expected)
      })
    }
  }
})

function messageOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    assert.ok(error instanceof TsbuildError)
    assert.equal(error.code, 'CONTAINERFILE_INVALID')
    return describeError(error)
  }
  return assert.fail('nothing was thrown')
}
