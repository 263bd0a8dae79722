// SPDX-License-Identifier: Apache-2.0
import { describe, it } from 'node:test'
import { errorCodes } from '../../core/lib/errors.ts'
import { none } from './none.ts'
import { productSources, type Source, sources } from './sources.ts'

const reach = 15

const tests = sources('.ts').filter(({ path }) => /^test\/(unit|shim|e2e)\//.test(path))
const product = productSources().filter(({ path }) => path !== 'core/lib/errors.ts')

describe('every error code', () => {
  it('is thrown somewhere', () => {
    none(errorCodes.filter((code) => !product.some(({ text }) => text.includes(`'${code}'`))))
  })

  it('has a test which looks at its hint', () => {
    none(errorCodes.filter((code) => !tests.some((test) => assertsHint(test, code))))
  })
})

/** The code and the word `hint` within a few lines: a row of a table, or an assertion. */
function assertsHint({ text }: Source, code: string): boolean {
  const lines = text.split('\n')
  return lines.some(
    (line, index) =>
      new RegExp(`\\b${code}\\b`).test(line) &&
      lines.slice(Math.max(0, index - reach), index + reach).some((near) => /\bhint\b/.test(near)),
  )
}
