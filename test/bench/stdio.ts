// SPDX-License-Identifier: Apache-2.0
import { execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { packList } from '../../native-shim/fields.ts'
import { repository } from '../harness/repository.ts'
import { startRequest } from '../shim/box.ts'
import { greet, spawnShim } from '../shim/shim.ts'

/**
 * How fast bytes go into a container and out again, beside the same bytes through `cat` alone.
 * First each way shows that it loses nothing, then they take turns; ratios count. Prints one JSON
 * line.
 *
 *   node dist/js/test/bench/stdio.js [--bytes 1073741824] [--rounds 3]
 */
const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: String(2 ** 30) },
    rounds: { type: 'string', default: '3' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'tsbuild-bench-'))
const program = join(repository, 'dist/bin/tsbuild')
const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')]
const environment = { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

/** Between a producer and a consumer, given as the read end and the write end of pipes. */
type Way = (stdin: number, stdout: number) => Promise<unknown>

const ended = (argv: readonly string[], stdio: StdioOptions) => {
  const [command = '', ...args] = argv
  return once(spawn(command, args, { stdio, env: environment }), 'exit')
}

function prepareContainer(): string {
  const tsbuild = (...args: readonly string[]) =>
    execFileSync(program, [...store, ...args], { encoding: 'utf8' }).trim()
  const container = tsbuild('from', 'scratch')
  tsbuild('add', container, '/bin/busybox', '/bin/cat')
  return container
}

const container = prepareContainer()
symlinkSync(program, join(folder, 'tsbuild-shim'))

const ways: Readonly<Record<string, Way>> = {
  cat: (stdin, stdout) => ended(['cat'], [stdin, stdout, 'inherit']),
  /** The container gets the pipes themselves. */
  run: (stdin, stdout) =>
    ended(
      [program, ...store, 'run', '--network', 'none', container, '/bin/cat'],
      [stdin, stdout, 'inherit'],
    ),
  /** Steps of a build, and what is beside a terminal: the monitor passes the bytes on. */
  relay: async (stdin, stdout) => {
    const argv = ['unshare', '--mount', '--', join(folder, 'tsbuild-shim')]
    const shim = spawnShim({ argv, env: environment, stdio: [stdin, stdout, 'pipe'] })
    await greet(shim)
    await shim.request(startRequest({ stdio: ['pipe', 'pipe', 'pipe'] }))
    const cat = packList(['/bin/busybox', 'cat'])
    await shim.ops([['gate'], ['exec', packList(['/bin/busybox']), cat, packList([])]])
    await shim.request(['run'])
    await shim.exit
  },
}

/** A pipe, both ends; a fifo, so that Node opens it. */
function makePipe(name: string): { readonly read: number; readonly write: number } {
  const path = join(folder, name)
  execFileSync('mkfifo', [path])
  const { O_RDWR, O_RDONLY, O_WRONLY } = constants
  const both = openSync(path, O_RDWR)
  const ends = { read: openSync(path, O_RDONLY), write: openSync(path, O_WRONLY) }
  closeSync(both)
  rmSync(path)
  return ends
}

interface Ends {
  /** Shell commands: what writes the bytes, and says on descriptor 3 what they are; what reads. */
  readonly producer: string
  readonly consumer: string
}

/** All bytes alike, and counted: what costs least beside the way. */
const plain: Ends = {
  producer: `head -c ${values.bytes} /dev/zero; echo ${values.bytes} >&3`,
  consumer: 'wc -c',
}
/** Bytes that show every loss and swap. */
const exact: Ends = {
  producer: `head -c ${values.bytes} /dev/urandom | tee >(sha256sum >&3)`,
  consumer: 'sha256sum',
}

/** @throws Error when other bytes come than went */
async function secondsOf(way: Way, { producer, consumer }: Ends): Promise<number> {
  const [input, output] = [makePipe('input'), makePipe('output')]
  const start = process.hrtime.bigint()
  const shell = (script: string, stdio: StdioOptions) =>
    spawn('bash', ['-c', script], { stdio, env: environment })
  const source = shell(producer, ['ignore', input.write, 'inherit', 'pipe'])
  const sink = shell(consumer, [output.read, 'pipe', 'inherit'])
  const texts = [source.stdio[3], sink.stdout].map(textOf)
  const done = way(input.read, output.write)
  for (const fd of [input.read, input.write, output.read, output.write]) closeSync(fd)
  await done
  const [went, came] = await Promise.all(texts)
  if (went !== came) throw new Error(`${went} went, ${came} came`)
  return Number(process.hrtime.bigint() - start) / 1e9
}

async function textOf(stream: unknown): Promise<string> {
  if (!(stream instanceof Readable)) throw new TypeError('no pipe')
  return (await text(stream)).trim()
}

const best = new Map<string, number>()
for (const way of Object.values(ways)) await secondsOf(way, exact)
for (let round = 0; round < Number(values.rounds); round++)
  for (const [name, way] of Object.entries(ways)) {
    const seconds = await secondsOf(way, plain)
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, seconds))
  }
const cat = best.get('cat') ?? Number.NaN
const figures = [...best].flatMap(([name, seconds]) => [
  [`${name}MiBPerSecond`, Math.round(Number(values.bytes) / 2 ** 20 / seconds)],
  [`${name}ToCat`, Math.round((cat / seconds) * 100) / 100],
])
console.log(JSON.stringify({ bytes: Number(values.bytes), ...Object.fromEntries(figures) }))
execFileSync(program, ['unshare', 'rm', '-rf', folder])
