// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { complete } from '../../../cli/complete.ts'
import { completionScript } from '../../../cli/completion-script.ts'

const stored = { container: ['demo', 'working-container'], image: ['localhost/busybox:latest'] }

interface Case {
  /** The words after `tsbuild`, separated by a blank; the last one may be empty. */
  readonly line: string
  readonly want: readonly string[]
}

const cases: readonly Case[] = [
  { line: 'co', want: ['copy', 'config', 'commit', 'containers', 'completion'] },
  { line: '--root /s im', want: ['images'] },
  { line: '--ro', want: ['--root'] },
  { line: '--root ', want: [] },
  { line: '__', want: [] },
  { line: 'run --net', want: ['--network', '--net'] },
  { line: 'run --cap', want: ['--cap-add', '--cap-drop'] },
  { line: 'run --network ', want: ['none', 'host', 'private', 'slirp4netns', 'pasta'] },
  { line: 'run --network h', want: ['host'] },
  { line: 'run --user ', want: [] },
  { line: 'run ', want: ['demo', 'working-container'] },
  { line: 'run --tty d', want: ['demo'] },
  { line: 'run demo ', want: [] },
  { line: 'run demo -', want: [] },
  { line: 'rm demo w', want: ['working-container'] },
  { line: 'rm --a', want: ['--all'] },
  { line: 'rmi ', want: ['localhost/busybox:latest'] },
  { line: 'from --name x loc', want: ['localhost/busybox:latest'] },
  { line: 'add demo ', want: [] },
  { line: 'images --j', want: ['--json'] },
  { line: 'help ver', want: ['version'] },
  { line: 'completion z', want: ['zsh'] },
  { line: 'unshare ', want: [] },
  { line: 'unshare --ro', want: ['--root'] },
  { line: 'unshare ls --ro', want: [] },
]

describe('completion', () => {
  for (const { line, want } of cases) {
    it(`of "tsbuild ${line}"`, async () => {
      const found = await complete(line.split(' '), async (kind) => stored[kind])
      assert.deepEqual(found.map(({ word }) => word).sort(), [...want].sort())
    })
  }

  it('says what commands and options are for', async () => {
    const [verb] = await complete(['unsh'], async () => [])
    const [option] = await complete(['rm', '--al'], async () => [])
    assert.match(verb?.describe ?? '', /^Run a program/)
    assert.match(option?.describe ?? '', /^Remove every/)
  })
})

describe('the script for bash', () => {
  it('hands over the words up to the cursor, and offers what comes back', () => {
    const script = `
      tsbuild() { printf '<%s>\\n' "$@" >&2; printf '%s\\n' one two; }
      ${completionScript('bash').replaceAll('2>/dev/null', '')}
      COMP_WORDS=(tsbuild run --net '' behind) COMP_CWORD=3
      _tsbuild
      printf '%s,' "\${COMPREPLY[@]}"
      complete -p tsbuild`
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    assert.equal(stderr, '<__complete>\n<bash>\n<-->\n<run>\n<--net>\n<>\n')
    assert.match(stdout, /^one,two,complete .*-F _tsbuild tsbuild/)
  })
})
