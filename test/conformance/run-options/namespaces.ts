// SPDX-License-Identifier: Apache-2.0
import { namespaceOf } from '../../harness/processes.ts'
import type { OptionRow } from './row.ts'

const types = ['pid', 'ipc', 'uts', 'net', 'user'] as const

/** Which are shared with us; the mount namespace never is. */
const names = `for type in ${types.join(' ')}; do readlink /proc/self/ns/$type; done`
const whose = (output: string) =>
  output.split('\n').map((line) => {
    const type = line.replace(/:.*/, '')
    return line === namespaceOf('self', type) ? `${type} is ours` : `${type} is apart`
  })
const same = { script: names, compare: whose } as const

const hostName = 'hostname; echo =$HOSTNAME=; cat /etc/hostname'
const ids = [
  'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; id -u',
  'stat -c "%u:%g %n" /data /data/file /etc/passwd /etc/hostname /proc /sys /dev',
].join('; ')
const maps = ['--userns-uid-map', '0:100000:65536', '--userns-gid-map', '0:200000:65536']

/** Isolation and namespaces. */
export const namespaceRows: readonly OptionRow[] = [
  { name: 'no option: the namespaces', ...same },
  { name: '--pid host', run: ['--pid', 'host'], ...same },
  { name: '--pid host, of the container', from: ['--pid', 'host'], ...same },
  { name: '--pid private', from: ['--pid', 'host'], run: ['--pid', 'private'], ...same },
  { name: '--pid ns:PATH', run: ['--pid', 'ns:/proc/self/ns/pid'], ...same, kinds: ['root'] },
  { name: '--pid PATH that is not there', run: ['--pid', '/none'], script: ':', refused: true },
  { name: '--pid nonsense', run: ['--pid', 'nonsense'], script: ':', refused: true },
  { name: '--ipc host', run: ['--ipc', 'host'], ...same, kinds: ['root'] },
  { name: '--ipc container', run: ['--ipc', 'container'], ...same },
  { name: '--ipc ns:PATH', run: ['--ipc', 'ns:/proc/self/ns/ipc'], ...same, kinds: ['root'] },
  { name: '--uts host', run: ['--uts', 'host'], ...same },
  { name: '--uts host: the name', run: ['--uts', 'host'], script: hostName },
  {
    name: '--uts host and --hostname',
    run: ['--uts', 'host', '--hostname', 'box'],
    script: hostName,
  },
  { name: '--uts host, of the container', from: ['--uts', 'host'], script: hostName },
  {
    name: '--cgroupns host',
    run: ['--cgroupns', 'host'],
    script: 'readlink /proc/self/ns/cgroup',
    compare: whose,
  },
  { name: '--userns host', from: ['--userns', 'host'], script: ids, kinds: ['root'] },
  { name: '--userns private', from: ['--userns', 'private'], script: ids },
  { name: '--userns private: what is apart', from: ['--userns', 'private'], ...same },
  { name: '--userns-uid-map and --userns-gid-map', from: maps, script: ids, kinds: ['root'] },
  {
    name: '--userns-uid-map alone',
    from: maps.slice(0, 2),
    script: `${ids}; cd /tmp; touch a; stat -c %u:%g a; chown 5:7 a; stat -c %u:%g a`,
    kinds: ['root'],
  },
  {
    name: '--userns-uid-map-user and --userns-gid-map-group',
    from: [
      ...['--userns-uid-map-user', 'tsbuild-subid'],
      ...['--userns-gid-map-group', 'tsbuild-subid'],
    ],
    script: ids,
    kinds: ['root'],
  },
  {
    name: '--userns-uid-map without a size',
    from: ['--userns-uid-map', '0:100000'],
    script: ':',
    refused: true,
  },
  {
    name: '--userns-uid-map to ids that are not ours',
    from: ['--userns-uid-map', '0:100000:65536'],
    script: ':',
    refused: true,
    kinds: ['subid'],
  },
  {
    name: '--isolation chroot',
    from: ['--isolation', 'chroot'],
    ...same,
    kinds: ['root'],
    ownNetwork: true,
  },
  {
    name: '--isolation chroot and --network none',
    run: ['--isolation', 'chroot', '--network', 'none'],
    script: ':',
    refused: true,
  },
  {
    name: '--isolation chroot of a run',
    run: ['--isolation', 'chroot'],
    script:
      'hostname >/dev/null; id; pwd; grep -E "^(CapBnd|NoNewPrivs|Seccomp):" /proc/self/status',
    compare: (output) => output.replace(/CapBnd.*/, ''),
    kinds: ['root'],
    ownNetwork: true,
  },
  { name: '--isolation rootless', run: ['--isolation', 'rootless'], ...same },
  { name: '--isolation nonsense', run: ['--isolation', 'jail'], script: ':', refused: true },
]
