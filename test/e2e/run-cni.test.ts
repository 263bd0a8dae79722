// SPDX-License-Identifier: Apache-2.0
/**
 * Networks by name, of Debian's plugins bridge, host-local and firewall. Each case has a network
 * namespace, a /run and folders of its own: of the machine nothing is changed.
 */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'node:test'
import type { Result } from '../harness/child.ts'
import { matrix } from '../harness/matrix.ts'
import { failureText, type TestUser } from '../harness/user.ts'
import { makeBase, writeContext } from './support/builds.ts'
import { check } from './support/rows.ts'

const needs = ['root', 'cni plugins', 'program:iptables', 'program:ip'] as const

const only = { kinds: ['root'], needs } as const

describe('networks of CNI', () => {
  matrix(
    'are for root, who names one that there is',
    async (user) => {
      const container = await user.container('busybox')
      const args = ['run', '--network', 'one', container, 'true']
      const stderr =
        user.kind === 'root'
          ? /there is no network "one"\n.*hint: none is configured in .*net.d/s
          : /cannot use the network "one": only root.*\n.*hint: use --network slirp4netns/s
      check(args, await user.tsbuild(args, { env: makeNetworks(user, []) }), { code: 125, stderr })
    },
    { needs: ['root'] },
  )

  matrix(
    'give addresses, interfaces in their order, names and a way to the gateway',
    async (user) => {
      const container = await user.container('busybox')
      const script = `
        echo hello | busybox nc -l -p 7000 >/dev/null & server=$!
        run --network one,two ${container} sh -c '
          ip -o -4 addr | tr -s " " | cut -d" " -f2,4; ip route | grep default
          grep -c "^10.66.0.2.box" /etc/hosts; grep host.containers /etc/hosts | cut -f1
          head -n 2 /etc/resolv.conf; nc -w 5 10.66.0.1 7000 </dev/null'
        wait $server; state`
      const { stdout } = await inNetwork(user, ['one', 'two'], script)
      const expected = [
        ...['lo 127.0.0.1/8', 'eth0 10.66.0.2/24', 'eth1 10.67.0.2/24'],
        ...['default via 10.66.0.1 dev eth0 ', '1', '10.66.0.1'],
        ...['search one.example two.example', 'nameserver 10.66.0.53', 'hello', 'clean', ''],
      ]
      assert.equal(stdout, expected.join('\n'))
    },
    only,
  )

  matrix('let two containers talk to each other', talk, only)

  matrix(
    'leave nothing when the program, the start or a plugin fails',
    async (user) => {
      const container = await user.container('busybox')
      const script = `
        run --network one ${container} sh -c 'exit 3'; echo $?; state
        run --network one,two ${container} /missing; echo $?; state
        run --network one,broken ${container} true; echo $?; state
        run --network one,missing ${container} true; echo $?; state`
      const names = ['one', 'two', 'broken', 'missing']
      const { stdout, stderr } = await inNetwork(user, names, script)
      assert.equal(stdout, '3\nclean\n127\nclean\n125\nclean\n125\nclean\n', stderr)
      assert.match(
        stderr,
        /cannot join the network broken: tuning failed\n {2}caused by: .*there_is_none/,
      )
      const missing =
        /cannot join the network missing: there is no plugin missing\n {2}hint: install/
      assert.match(stderr, missing)
    },
    only,
  )

  matrix('are left by the next command when the monitor was killed', killed, only)

  matrix(
    'are those of RUN as well, with a container for each step',
    async (user) => {
      await makeBase(user)
      const text = 'FROM busybox\nRUN ip -o -4 addr show eth0\nRUN ip -o -4 addr show eth0\n'
      const context = writeContext(user, 'context', { Containerfile: text })
      const script = `
        ${user.command.join(' ')} build --network one --no-cache ${context} >out
        grep -c 'inet 10.66' out; state`
      const { stdout, stderr } = await inNetwork(user, ['one'], script)
      assert.equal(stdout, '2\nclean\n', stderr)
    },
    only,
  )
})

/** The one that listens says so; 1B58 is its port. */
/** A listener whose input ends says so, and the other one may leave before it has said its word. */
async function talk(user: TestUser): Promise<void> {
  const [one, other] = [await user.container('busybox'), await user.container('busybox')]
  const script = `
    mkfifo up
    run --network one ${one} sh -c 'mkfifo /open; exec 9<>/open; nc -l -p 7000 <&9 >/heard &
      until grep -q :1B58 /proc/net/tcp*; do :; done; echo up; wait; cat /heard' >up & server=$!
    exec 8<up; read -r word <&8
    run --network one ${other} sh -c 'echo word | nc -w 5 10.66.0.2 7000'
    wait $server; cat <&8; state`
  const { stdout, stderr } = await inNetwork(user, ['one'], script)
  assert.equal(stdout, 'word\nclean\n', stderr)
}

async function killed(user: TestUser): Promise<void> {
  const container = await user.container('busybox')
  const script = `
    mkfifo up
    ${user.command.join(' ')} run --network one,two ${container} sh -c 'echo up; exec sleep 1000' \\
      >up & monitor=$!
    read -r word <up; kill -KILL $monitor; wait $monitor 2>/dev/null; echo $word
    ls data/* | grep -c ^10; iptables-save -t nat | grep -c -- '-j MASQUERADE'
    run --network none ${container} true; state`
  const { stdout, stderr } = await inNetwork(user, ['one', 'two'], script)
  assert.equal(stdout, 'up\n2\n2\nclean\n', stderr)
}

/** Words for bash, in a network namespace of its own; `state` tells what plugins left. */
async function inNetwork(
  user: TestUser,
  names: readonly string[],
  script: string,
): Promise<Result> {
  const env = makeNetworks(user, names)
  const prelude = `
    mkdir ${workOf(user)}; cd ${workOf(user)}
    mount -t tmpfs tmpfs /run; ip link set lo up
    run() { ${user.command.join(' ')} run --hostname box "$@"; }
    state() {
      ip -o link | grep veth; ls data/* | grep '^10[.]'; iptables-save | grep '10[.]6[67]'
      find ${user.runroot} -type f; echo clean
    }`
  const place = ['unshare', '--net', '--mount', 'bash', '-c', `${prelude}\n${script}`]
  const result = await user.run(place, { env, timeoutMs: 60_000 })
  assert.equal(result.signal, null, failureText(['script'], result))
  return result
}

const workOf = ({ directory }: TestUser) => join(directory, 'work')

/** Their configurations, and what containers.conf says of where they are. */
function makeNetworks(user: TestUser, names: readonly string[]): Record<string, string> {
  const folder = join(user.directory, 'net.d')
  mkdirSync(folder)
  for (const [index, name] of names.entries())
    writeFileSync(join(folder, `${name}.conflist`), JSON.stringify(network(user, name, 66 + index)))
  const conf = join(user.directory, 'containers.conf')
  writeFileSync(conf, `[network]\nnetwork_config_dir = "${folder}"\n`)
  return { CONTAINERS_CONF: conf }
}

function network(user: TestUser, name: string, subnet: number) {
  const ipam = {
    type: 'host-local',
    dataDir: join(workOf(user), 'data'),
    ranges: [[{ subnet: `10.${subnet}.0.0/24` }]],
    routes: subnet === 66 ? [{ dst: '0.0.0.0/0' }] : [],
  }
  const dns = { nameservers: [`10.${subnet}.0.53`], search: [`${name}.example`] }
  const bridge = { type: 'bridge', bridge: `cni-${name}`, isGateway: true, ipMasq: true, ipam, dns }
  const last = {
    broken: { type: 'tuning', sysctl: { 'net.ipv4.conf.eth1.there_is_none': '1' } },
    missing: { type: 'missing' },
  }
  const second = name === 'broken' || name === 'missing' ? last[name] : { type: 'firewall' }
  return { cniVersion: '0.4.0', name, plugins: [bridge, second] }
}
