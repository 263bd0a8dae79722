// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { repository } from '../harness/repository.ts'

/**
 * What a run costs beside what Node itself costs: the commands take turns in one go, so that the
 * ratios hold on a machine that is not quiet. Prints one JSON line.
 *
 *   npm run bench -- [--rounds 21]
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '21' } } })

const program = join(repository, 'dist/bin/tsbuild')
const folder = mkdtempSync(join(tmpdir(), 'tsbuild-bench-'))
const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')]
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'NODE_EXTRA_CA_CERTS'),
)
const tsbuild = (...args: readonly string[]) =>
  execFileSync(program, [...store, ...args], { env, encoding: 'utf8' }).trim()

function prepare(): string {
  const container = tsbuild('from', 'scratch')
  tsbuild('add', container, '/bin/busybox', '/bin/true')
  tsbuild('commit', container, 'bench')
  return tsbuild('from', 'bench')
}

function timeMs(argv: readonly string[]): number {
  const [command = '', ...args] = argv
  const start = process.hrtime.bigint()
  const { status } = spawnSync(command, args, { env, stdio: 'ignore' })
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}`)
  return Number(process.hrtime.bigint() - start) / 1e6
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return Math.round((sorted[sorted.length >> 1] ?? Number.NaN) * 10) / 10
}

const container = prepare()
const run = [program, ...store, 'run', '--network']
const commands: Readonly<Record<string, readonly string[]>> = {
  node: [process.execPath, '-e', '0'],
  version: [program, 'version'],
  run: [...run, 'none', container, '/bin/true'],
  runWithNetwork: [...run, 'slirp4netns', container, '/bin/true'],
}
const times = Object.entries(commands).map(([name, argv]) => ({ name, argv, ms: [] as number[] }))
for (let round = 0; round < Number(values.rounds); round += 1)
  for (const { argv, ms } of times) ms.push(timeMs(argv))
const medians = Object.fromEntries(times.map(({ name, ms }) => [`${name}MsMedian`, median(ms)]))
console.log(JSON.stringify({ rounds: Number(values.rounds), ...medians }))
spawnSync(program, ['unshare', 'rm', '-rf', folder], { env, stdio: 'inherit' })
