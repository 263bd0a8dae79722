// SPDX-License-Identifier: Apache-2.0
/** `npm run demo` and `npm run clean` in a copy of the checkout that the user owns. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Result } from '../harness/child.ts'
import { matrix } from '../harness/matrix.ts'
import { repository } from '../harness/repository.ts'
import type { TestUser } from '../harness/user.ts'

const made = ['.demo', '.cache', '.git', 'dist', 'node_modules']

/** A clone as it is before the first command, with what `npm ci` would install. */
function clone(user: TestUser): string {
  const target = join(user.directory, 'clone')
  for (const name of readdirSync(repository).filter((entry) => !made.includes(entry))) {
    cpSync(join(repository, name), join(target, name), { recursive: true })
  }
  execFileSync('cp', ['-a', join(repository, 'node_modules'), target])
  execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, target])
  return target
}

const script = (user: TestUser, checkout: string, name: string): Promise<Result> =>
  user.run(['node', join(checkout, 'scripts', name)], { cwd: checkout, timeoutMs: 180_000 })

/** The command lines that were shown, with what each printed. */
const shownFor = (text: string, command: string): string =>
  new RegExp(`^\\$ tsbuild ${command}.*\\n((?: .*\\n)*)`, 'm').exec(text)?.[1] ?? ''

describe('the demo', () => {
  matrix(
    'works in a fresh clone and again, and is cleaned away',
    async (user) => {
      const checkout = clone(user)
      const before = readdirSync(checkout).sort()

      const first = await script(user, checkout, 'demo.mjs')
      assert.equal(first.code, 0, first.stdout + first.stderr)
      checkOutput(user, first.stdout)

      const second = await script(user, checkout, 'demo.mjs')
      assert.equal(second.code, 0, second.stdout + second.stderr)
      checkOutput(user, second.stdout)
      for (const step of ['types', 'native', 'bundle', 'npm packages', 'debian packages']) {
        assert.match(second.stdout, new RegExp(`^${step} +up to date$`, 'm'))
      }

      if (user.kind === 'root') await refuseTun(user, checkout)

      const clean = await script(user, checkout, 'clean.mjs')
      assert.equal(clean.code, 0, clean.stdout + clean.stderr)
      const after = before.filter((name) => name !== 'node_modules')
      assert.deepEqual(readdirSync(checkout).sort(), after)
    },
    { needs: ['tun'] },
  )
})

/** A host without tun: the rest is done, and the demo says what is missing and how to get it. */
async function refuseTun(user: TestUser, checkout: string): Promise<void> {
  const hidden = 'mount -t tmpfs tmpfs /dev/net && exec node scripts/demo.mjs'
  const argv = ['unshare', '--mount', 'sh', '-c', hidden]
  const { code, stdout, stderr } = await user.run(argv, { cwd: checkout })
  assert.equal(code, 0, stdout + stderr)
  assert.match(shownFor(stdout, 'run .* tap0'), /hint: .*\[status 125, /s)
  assert.match(stdout, /^this machine refused .*\n {2}tsbuild run .* tap0\n/m)
  assert.match(stdout, /modprobe tun; chmod 666 \/dev\/net\/tun/)
  assert.match(shownFor(stdout, 'images'), /busybox/)
}

function checkOutput({ kind }: TestUser, text: string): void {
  assert.match(shownFor(text, 'run .* id'), /uid=0\(root\) gid=0\(root\)/)
  assert.match(shownFor(text, 'run .* tap0'), /inet 10\.0\.2\.100\/24/)
  assert.match(shownFor(text, "run .* 'exit 42'"), /\[status 42, /)
  assert.match(shownFor(text, 'images'), /^ {2}localhost\/busybox +latest /m)
  assert.match(text, /^ {2}together +\d+\.\d\d s$/m)
  assert.equal(/this ran as root/.test(text), kind === 'root')
  const asDemo = shownFor(text, 'run .* --user demo')
  if (kind === 'single') assert.match(asDemo, /hint: /)
  else assert.match(asDemo, /uid=1000\(demo\) gid=1000\(demo\)/)
}
