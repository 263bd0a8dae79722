// SPDX-License-Identifier: Apache-2.0
/**
 * Every command that a page shows is typed, in order, and must end well and print what the page
 * says. A block of the language `console` is run: `$ ` before each command, `…` for what may
 * differ. A block of `sh` is for the reader's own machine and must be known here.
 *
 * The reader's place: an image `localhost/busybox` in the store, as the demo leaves it, and
 * `busybox.tar` and the examples in the working directory.
 */
import assert from 'node:assert/strict'
import { chownSync, cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { facts, type Kind } from '../harness/facts.ts'
import { agrees, type Fence, fencesOf, pages, typedLines } from '../harness/fences.ts'
import { matrix } from '../harness/matrix.ts'
import { repository } from '../harness/repository.ts'
import type { TestUser } from '../harness/user.ts'

/** Commands of `sh` blocks, and what else proves that they work. */
const provedElsewhere: Readonly<Record<string, string>> = {
  'npm run demo': 'e2e/demo.test.ts',
  'npm test': 'it runs this test',
  'npm run setup': 'npm test begins with it',
  'npm run setup -- --peers': '.ci/run begins with it',
  'npm run build': 'npm test does it',
  'npm run build -- --asan': 'the shim tests do it',
  'npm test -- unit': 'npm test does it with every suite',
  'npm run lint': 'tidy/lint.test.ts',
  'npm run clean': 'e2e/demo.test.ts',
  'npm ci --ignore-scripts': 'npm run setup does it',
  'npm run stress': 'e2e/run-stress.test.ts, with smaller numbers',
  ...provedBy('e2e/nested-podman.test.ts', [
    'podman run --security-opt seccomp=unconfined --security-opt unmask=ALL \\',
    '--device /dev/net/tun -v tsbuild:/var/lib/tsbuild IMAGE tsbuild build .',
  ]),
  ...provedBy('e2e/nested-chroot.test.ts, with what docker grants', [
    'docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined \\',
    '--security-opt systempaths=unconfined --device /dev/net/tun \\',
    '-v tsbuild:/var/lib/tsbuild IMAGE tsbuild build .',
    'export TSBUILD_ISOLATION=chroot',
    'tsbuild build --tag site .',
    'tsbuild push site oci-archive:site.tar',
  ]),
}

function provedBy(test: string, lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(lines.map((line) => [line, test]))
}

const languages = ['console', 'sh', 'text', 'json', 'ts', 'js', 'c', 'ini', 'dockerfile', '']

for (const page of pages()) {
  const fences = fencesOf(page)
  describe(page, () => {
    it('holds blocks of known languages only', () => {
      const unknown = fences.filter(({ language }) => !languages.includes(language))
      assert.deepEqual(unknown.map(shown), [])
    })

    it('holds no sh command that nobody proves', () => {
      const lines = fences.filter(({ language }) => language === 'sh').flatMap(shellLines)
      assert.deepEqual(
        lines.filter((line) => provedElsewhere[line] === undefined),
        [],
      )
    })

    it('holds no prompt outside of console blocks', () => {
      const hidden = fences.filter(
        ({ language, text }) => language !== 'console' && /^\$ /m.test(text),
      )
      assert.deepEqual(hidden.map(shown), [])
    })
  })

  const consoles = fences.filter(({ language }) => language === 'console')
  if (consoles.length === 0) continue
  matrix(`the commands of ${page} work`, (user) => typeAll(user, consoles), {
    kinds: someKind(),
    needs: ['tun'],
  })
}

/** A page is read by a person with subordinate ids: that is what every distribution sets up. */
function someKind(): readonly Kind[] {
  const { subid, single } = facts().accounts
  if (subid !== null) return ['subid']
  return single !== null ? ['single'] : ['root']
}

async function typeAll(user: TestUser, consoles: readonly Fence[]): Promise<void> {
  const typed = consoles.flatMap((fence) =>
    typedLines(fence).map((one) => ({ ...one, where: `${fence.file}:${one.line}` })),
  )
  await user.ok(['commit', await user.container('busybox'), 'busybox'])
  const work = join(user.directory, 'work')
  mkdirSync(work)
  chownSync(work, user.uid, user.gid)
  symlinkSync(facts().busyboxArchive, join(work, 'busybox.tar'))
  cpSync(join(repository, 'examples'), join(work, 'examples'), { recursive: true })
  const env = {
    PATH: `${dirname(facts().tsbuild)}:${facts().nodeFolder}:/usr/sbin:/usr/bin:/sbin:/bin`,
    TSBUILD_ROOT: user.root,
    TSBUILD_RUNROOT: user.runroot,
  }
  const argv = ['bash', '-c', session(typed.map(({ command }) => command))]
  const { stdout } = await user.run(argv, { cwd: work, env, timeoutMs: 120_000 })
  const answers = stdout.split('\0').slice(0, -1)
  for (const [index, { where, command, output }] of typed.entries()) {
    const [, status, printed = ''] = /^(\d+) ([\s\S]*)$/.exec(answers[index] ?? '') ?? []
    const told = `${where}: ${command}\nstatus ${status}, printed:\n${printed}`
    assert.equal(status, '0', told)
    assert.ok(agrees(output, printed), `${told}\nshown on the page:\n${output}`)
  }
}

/** One shell for a page, so that variables hold: for each command its status, output and NUL. */
const session = (commands: readonly string[]): string =>
  commands
    .map((command) => `{ ${command}\n} >out.txt 2>&1; printf '%d %s\\0' $? "$(cat out.txt)"`)
    .join('\n')

const shellLines = ({ text }: Fence): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/ +#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

const shown = ({ file, line, language }: Fence): string => `${file}:${line}: ${language}`
