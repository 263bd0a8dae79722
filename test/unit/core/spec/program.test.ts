// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { programCandidates, workingDirectory } from '../../../../core/spec/program.ts'

const cases = [
  { name: 'a path', program: '/bin/sh', path: '/usr/bin', cwd: '/w', want: ['/bin/sh'] },
  { name: 'a relative path', program: './a', path: '/usr/bin', cwd: '/w', want: ['/w/./a'] },
  { name: 'a path with ..', program: '../a', path: '/usr/bin', cwd: '/', want: ['/../a'] },
  { name: 'a name', program: 'a', path: '/x:/y/', cwd: '/w', want: ['/x/a', '/y/a'] },
  { name: 'empty elements', program: 'a', path: ':/x::', cwd: '/w', want: ['/w/a', '/x/a'] },
  { name: 'an empty PATH', program: 'a', path: '', cwd: '/w', want: ['/w/a'] },
  { name: 'relative elements', program: 'a', path: 'b:.', cwd: '/w', want: ['/w/b/a', '/w/./a'] },
  { name: 'doubled elements', program: 'a', path: '/x:/y:/x', cwd: '/', want: ['/x/a', '/y/a'] },
  { name: 'no name', program: '', path: '/x', cwd: '/', want: [] },
]

describe('programCandidates', () => {
  for (const { name, want, ...search } of cases) {
    it(`are right for ${name}`, () => assert.deepEqual(programCandidates(search), want))
  }
})

describe('workingDirectory', () => {
  const directories = [
    { wanted: '', want: '/' },
    { wanted: '/srv/app', want: '/srv/app' },
    { wanted: 'app', want: '/app' },
  ]
  for (const { wanted, want } of directories) {
    it(`makes ${JSON.stringify(wanted)} absolute`, () =>
      assert.equal(workingDirectory(wanted), want))
  }
})
