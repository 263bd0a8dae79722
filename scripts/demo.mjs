// SPDX-License-Identifier: Apache-2.0
/**
 * Shows on a fresh machine what works: sets up, builds, makes a root file system from busybox and
 * runs commands in it, with a store of its own below .demo.
 *
 * What the host refuses is told at the end and is no failure; a wrong result is.
 */
import { closeSync, existsSync, openSync } from 'node:fs'
import { makeBusyboxArchive } from './lib/busybox.mjs'
import { at, dist } from './lib/paths.mjs'
import { openSession, timeTable } from './lib/session.mjs'
import { command } from './lib/steps.mjs'

/** @typedef {ReturnType<typeof openSession>} Session */

const archive = '.demo/busybox.tar'
const isRoot = process.getuid?.() === 0
const rootless = `
this ran as root. Rootless it works the same: as another user, in a clone of their own, type
  npm run demo`
const tunRemedy = `
/dev/net/tun cannot be opened, which slirp4netns needs; as root:
  modprobe tun; chmod 666 /dev/net/tun`

const session = openSession({
  program: `${dist}/bin/tsbuild`,
  shown: 'tsbuild',
  options: ['--root', at('.demo/store'), '--runroot', at('.demo/run')],
})

let information = ''
/** @type {string | undefined} told once it was tried */
let network

try {
  process.chdir(at())
  timed('setup', () => command([process.execPath, 'scripts/setup.mjs']))
  timed('build', () => command([process.execPath, 'scripts/build.mjs']))
  timed('root file system', () => existsSync(archive) || makeBusyboxArchive(archive))
  demonstrate()
  summarize()
  process.exitCode = session.surprises.length > 0 ? 1 : 0
} catch (error) {
  console.error(`demo: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

/** @param {string} part @param {() => unknown} work */
function timed(part, work) {
  const start = performance.now()
  work()
  session.add(part, performance.now() - start)
}

function demonstrate() {
  if (existsSync('.demo/store')) startAfresh()
  information = session.run('information', ['info']).stdout
  const container = session.run('from, add, config', ['from', 'scratch']).stdout.trim()
  if (container === '') return
  session.run('from, add, config', ['add', container, archive, '/'])
  session.run('from, add, config', ['config', '--env', 'GREETING=hello', container])
  runPrograms(container)
  runWithNetwork(container)
  session.run('commit, images', ['commit', container, 'busybox'])
  session.run('commit, images', ['images'])
  session.run('rm', ['rm', container])
  runImage()
  buildHello()
}

/** What an earlier demo, perhaps one that was interrupted, has left in the store. */
function startAfresh() {
  session.quietly(['rm', '--all'])
  session.quietly(['rmi', '--all', '--force'])
}

/** @param {string} container */
function runPrograms(container) {
  /** @param {string[]} words @param {{ expect?: number }} [options] */
  const run = (words, options) =>
    session.run('run', ['run', '--network', 'none', container, '--', ...words], options)
  run(['id'])
  run(['uname', '-a'])
  run(['cat', '/etc/os-release'])
  run(['ps'])
  run(['sh', '-c', 'echo $GREETING from $(hostname)'])
  run(['sh', '-c', 'exit 42'], { expect: 42 })
  run(['no-such-program'], { expect: 127 })
  session.run('run', ['run', '--network', 'none', '--user', 'demo', container, '--', 'id'])
}

/** @param {string} container */
function runWithNetwork(container) {
  network = 'none: slirp4netns did not start'
  const run = (/** @type {string[]} */ ...words) =>
    session.run('run with network', ['run', container, '--', ...words])
  if (run('ip', 'addr', 'show', 'tap0').status !== 0) return
  network = 'one of their own, through slirp4netns'
  run('cat', '/etc/resolv.conf')
}

function runImage() {
  const container = session.run('from the image', ['from', 'busybox']).stdout.trim()
  if (container === '') return
  const words = ['sh', '-c', 'echo $GREETING again']
  session.run('from the image', ['run', '--network', 'none', container, '--', ...words])
  session.run('from the image', ['containers'])
  session.run('from the image', ['rm', container])
}

function buildHello() {
  const options = ['--network', 'none', '--build-arg', 'NAME=you', '-t', 'hello']
  session.run('build', ['build', ...options, 'examples/hello'])
  session.run('build again, from the cache', ['build', ...options, '--quiet', 'examples/hello'])
  const container = session.run('from the built image', ['from', 'hello']).stdout.trim()
  if (container === '') return
  const words = ['sh', '-c', 'echo $GREETING; cat /srv/page; id -un']
  session.run('from the built image', ['run', '--network', 'none', container, '--', ...words])
  session.run('from the built image', ['history', 'hello'])
  session.run('from the built image', ['rm', container])
}

function summarize() {
  const [, rung, rights] = /^rights:\n +rung: (\d+)\n +name: (.+)$/m.exec(information) ?? []
  if (rung !== undefined) console.log(`\nthe rights it found: ${rights} (rung ${rung})`)
  if (network !== undefined) console.log(`the network of the containers: ${network}`)
  console.log(`\nhow long it took:\n${timeTable(session.times)}`)
  if (session.refusals.length > 0) {
    console.log('\nthis machine refused (the reason and the remedy stand below each command):')
    for (const line of session.refusals) console.log(`  ${line}`)
    if (network !== undefined && !canOpenTun()) console.log(tunRemedy)
  }
  if (session.surprises.length > 0) {
    console.log('\nthese did not end as they should, which is a mistake of tsbuild:')
    for (const line of session.surprises) console.log(`  ${line}`)
  }
  console.log('\nto go on with this store:')
  console.log(`  alias tsbuild='${session.typed}'`)
  console.log('\nto remove everything again:\n  npm run clean')
  if (isRoot) console.log(rootless)
}

/** What a network of its own needs, besides slirp4netns. */
function canOpenTun() {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'))
    return true
  } catch {
    return false
  }
}
