// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type FileResult, runFiles } from '../../harness/schedule.ts'

const cases: readonly { name: string; body: string; want: readonly RegExp[] }[] = [
  {
    name: 'tests are named by their suites',
    body: "describe('a', () => { it('b', () => {}); describe('c', () => { it('d', () => {}) }) })",
    want: [/^passed a > b$/, /^passed a > c > d$/],
  },
  {
    name: 'a failed test tells its assertion once, its suite not again',
    body: "describe('a', () => { it('b', () => { assert.equal(1, 2) }) })",
    want: [/^failed a > b [\s\S]*1 !== 2/],
  },
  {
    name: 'a broken hook fails its suite',
    body: "describe('a', () => { before(() => { throw new Error('hook') }); it('b', () => {}) })",
    want: [/^failed a > b /, /^failed a Error: hook/],
  },
  {
    name: 'a skip tells its reason',
    body: "it('a', { skip: 'needs tun: none' }, () => {}); it('b', (t) => t.skip('late'))",
    want: [/^skipped a needs tun: none$/, /^skipped b late$/],
  },
  {
    name: 'a file that breaks while it is loaded fails, with what it said',
    body: "console.error('I am'); throw new Error('broken')",
    want: [/^failed the file itself ended with [17][\s\S]*I am[\s\S]*broken/],
  },
  {
    name: 'a file without a test fails',
    body: '',
    want: [/^failed the file itself holds no test/],
  },
  {
    name: 'a file that ends early fails',
    body: "it('a', () => process.exit(0)); it('b', () => {})",
    want: [/^failed the file itself holds no test/],
  },
  {
    name: 'a promise that never settles fails',
    body: "it('a', () => new Promise(() => {}))",
    want: [/^failed a [\s\S]*still pending/],
  },
]

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tsbuild-schedule-'))
})
after(() => rmSync(folder, { recursive: true }))

async function run(files: readonly string[]): Promise<FileResult[]> {
  const results: FileResult[] = []
  const done = (result: FileResult) => void results.push(result)
  const env = { PATH: process.env['PATH'] }
  await runFiles({ files, concurrency: 2, fence: [], env, scratch: folder, done })
  return results
}

function file(name: string, body: string): string {
  const path = join(folder, `${name}.test.mjs`)
  const head =
    "import assert from 'node:assert/strict'\nimport { before, describe, it } from 'node:test'\n"
  writeFileSync(path, head + body)
  return path
}

describe('runFiles', () => {
  for (const [index, { name, body, want }] of cases.entries()) {
    it(name, async () => {
      const [{ events } = { events: [] }] = await run([file(`${index}`, body)])
      const lines = events.map(({ result, name: test, text }) =>
        [result, test, ...(text === undefined ? [] : [text])].join(' '),
      )
      assert.equal(lines.length, want.length, lines.join('\n'))
      for (const [at, pattern] of want.entries()) assert.match(lines[at] ?? '', pattern)
    })
  }

  it('runs every file of the list once', async () => {
    const files = ['x', 'y', 'z'].map((name) => file(name, "it('a', () => {})"))
    const results = await run(files)
    assert.deepEqual(results.map((result) => result.file).sort(), files)
  })
})
