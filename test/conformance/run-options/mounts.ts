// SPDX-License-Identifier: Apache-2.0
import type { OptionRow } from './row.ts'

const folders = { 'data/': '', 'data/sub/': '', 'other/': '' }
const files = {
  ...folders,
  'data/file': 'of the host\n',
  'data/sub/deep': 'deep\n',
  'other/file': 'other\n',
}

/** Attributes of a mount, sorted, and the type of its file system. */
const attributesOf = (path: string) =>
  `sed -n 's|.* ${path} \\([^ ]*\\) .*- \\([^ ]*\\) .*|\\1 \\2|p' /proc/self/mountinfo`

const attributes = (output: string) =>
  output
    .split(/[\s,]/)
    .filter((word) => !['', 'relatime', 'rw'].includes(word))
    .sort()

const option = (words: string): OptionRow => ({
  name: `--volume SOURCE:DESTINATION:${words}`,
  files,
  run: ['-v', `{host}/data:/mnt:${words}`],
  script: `cat /mnt/file; ${attributesOf('/mnt')}`,
  compare: attributes,
})

const refused = (name: string, ...run: readonly string[]): OptionRow => ({
  ...{ name: `refused: ${name}`, files, run, script: ':', refused: true },
})

const volumes: readonly OptionRow[] = [
  {
    name: '--volume',
    files,
    run: ['-v', '{host}/data:/mnt'],
    script: 'cat /mnt/file; echo new >/mnt/new; ls /mnt',
  },
  {
    name: '--volume of from',
    files,
    from: ['-v', '{host}/data:/mnt:ro'],
    script: 'cat /mnt/file; echo >/mnt/new; echo $?',
  },
  {
    name: '--volume of from and of run, for different paths',
    files,
    from: ['-v', '{host}/data:/mnt'],
    run: ['-v', '{host}/other:/other'],
    script: 'cat /mnt/file /other/file',
  },
  {
    name: '--volume of a file, where nothing is',
    files,
    run: ['-v', '{host}/data/file:/new/place'],
    script: 'cat /new/place; stat -c "%F %a %n" /new',
  },
  {
    name: '--volume inside another',
    files,
    run: ['-v', '{host}/other:/mnt/sub', '-v', '{host}/data:/mnt'],
    script: 'cat /mnt/file /mnt/sub/file; ls /mnt/sub',
  },
  {
    name: '--volume of a device',
    run: ['-v', '/dev/zero:/zero'],
    script: 'head -c 2 /zero | wc -c; stat -c "%F %t %T" /zero',
  },
  {
    name: '--volume with colons',
    files: { 'a:b/file': 'colon\n' },
    run: ['-v', '{host}/a\\:b:/c\\:d'],
    script: 'cat /c:d/file',
  },
  {
    name: '--volume on a link of the image',
    files,
    run: ['-v', '{host}/data:/var/run/x'],
    script: 'cat /var/run/x/file',
  },
  ...['ro', 'rw', 'z', 'Z', 'nosuid', 'noexec', 'nodev', 'ro,nosuid,nodev,noexec'].map(option),
  ...['suid', 'exec', 'dev', 'private', 'rprivate', 'slave', 'rslave', 'shared'].map(option),
  ...['rshared', 'unbindable', 'rbind', 'cached'].map(option),
  {
    name: '--volume over /etc/hosts',
    files,
    run: ['-v', '{host}/data/file:/etc/hosts'],
    script: 'cat /etc/hosts',
  },
  {
    name: '--volume over /dev/shm',
    files,
    run: ['-v', '{host}/data:/dev/shm'],
    script: 'ls /dev/shm',
  },
]

const overlays: readonly OptionRow[] = [
  {
    name: '--volume …:O',
    files,
    run: ['-v', '{host}/data:/mnt:O'],
    script: 'cat /mnt/file; echo new >/mnt/file; cat /mnt/file; rm /mnt/sub/deep; ls /mnt/sub',
  },
  {
    name: '--volume …:O,upperdir=,workdir=',
    files: { ...files, 'upper/': '', 'work/': '' },
    run: [
      ...['-v', '{host}/data:/mnt:O,upperdir={host}/upper,workdir={host}/work'],
      ...['-v', '{host}/upper:/upper'],
    ],
    script: 'echo new >/mnt/new; ls /mnt /upper',
  },
  {
    name: '--volume …:U',
    files,
    run: ['-v', '{host}/data:/mnt:U', '--user', 'user'],
    script: 'stat -c "%u %g %n" /mnt /mnt/file /mnt/sub/deep; echo >/mnt/new; ls /mnt',
  },
  {
    name: '--volume …:O,U',
    files,
    run: ['-v', '{host}/data:/mnt:O,U', '--user', 'user'],
    script: 'stat -c "%u %g" /mnt; echo new >/mnt/new; ls /mnt',
  },
]

const bound = (words: string): OptionRow => ({
  name: `--mount type=bind,…,${words}`,
  files,
  run: ['--mount', `type=bind,src={host}/data,dst=/mnt,${words}`],
  script: `cat /mnt/file; ${attributesOf('/mnt')}`,
  compare: attributes,
})

const typed: readonly OptionRow[] = [
  {
    name: '--mount type=bind',
    files,
    run: ['--mount', 'type=bind,source={host}/data,target=/mnt'],
    script: `cat /mnt/file; ${attributesOf('/mnt')}`,
    compare: attributes,
  },
  ...['ro', 'readonly', 'rw', 'rw,nosuid', 'ro,nodev', 'z', 'bind-propagation=rslave'].map(bound),
  ...['nosuid', 'nodev', 'noexec'].map(
    (word): OptionRow => ({
      ...bound(word),
      differs: {
        why: 'read-only is what a bind is without rw; there another attribute makes it writable',
        ours: new RegExp(`^0\\nof the host\\nro,${word},`),
        theirs: new RegExp(`^0\\nof the host\\nrw,${word},`),
      },
    }),
  ),
  {
    name: '--mount type=tmpfs',
    run: ['--mount', 'type=tmpfs,destination=/mnt'],
    script: `stat -c "%a %u" /mnt; ${attributesOf('/mnt')}`,
    compare: attributes,
  },
  {
    name: '--mount type=tmpfs with size, mode and attributes',
    run: ['--mount', 'type=tmpfs,dst=/mnt,tmpfs-size=64k,tmpfs-mode=750,nosuid,noexec'],
    script: `stat -c %a /mnt; df -k /mnt | tail -n 1 | cut -c 20-40; ${attributesOf('/mnt')}`,
    compare: attributes,
  },
  {
    name: '--mount type=tmpfs,tmpcopyup',
    run: ['--mount', 'type=tmpfs,dst=/data,tmpcopyup'],
    script: 'cat /data/file; stat -c "%a %u" /data /data/sub; echo new >/data/file',
    differs: {
      why: 'the owner of the directory is kept as its mode is',
      ours: /^0\ncontent\n750 1500\n755 0\n/,
      theirs: /^0\ncontent\n750 0\n755 0\n/,
    },
  },
]

const builtIn: readonly OptionRow[] = [
  {
    name: 'a VOLUME: a copy with owner and mode',
    config: ['--volume', '/data'],
    script: `cat /data/file; stat -c "%a %u:%g %n" /data /data/*; ${attributesOf('/data')} | wc -l`,
  },
  {
    name: 'a VOLUME that the image does not have',
    config: ['--volume', '/new/volume'],
    script: 'stat -c "%F %a %u" /new/volume; ls -A /new/volume',
  },
  {
    name: 'a VOLUME over /etc/hosts is a directory',
    config: ['--volume', '/srv/a/b'],
    run: ['-v', '{host}/data:/srv/a/b/c'],
    files,
    script: 'ls /srv/a/b',
  },
]

const refusals: readonly OptionRow[] = [
  refused('a source that is not there', '-v', '{host}/missing:/mnt'),
  refused('a relative source', '-v', 'data:/mnt'),
  refused('a relative destination', '-v', '{host}/data:mnt'),
  refused('no destination', '-v', '{host}/data'),
  refused('an unknown option', '-v', '{host}/data:/mnt:frob'),
  refused('ro and rw', '-v', '{host}/data:/mnt:ro,rw'),
  refused('two propagations', '-v', '{host}/data:/mnt:shared,slave'),
  refused('two destinations', '-v', '{host}/data:/mnt', '-v', '{host}/other:/mnt'),
  refused('an upperdir without a workdir', '-v', '{host}/data:/mnt:O,upperdir={host}/other'),
  refused('an unknown type', '--mount', 'type=frob,dst=/mnt'),
  refused('a bind without a destination', '--mount', 'type=bind,src={host}/data'),
  refused('an unknown word', '--mount', 'type=tmpfs,dst=/mnt,frob'),
  refused('a directory on a file', '-v', '{host}/data:/etc/passwd'),
]

export const mountRows = [...volumes, ...overlays, ...typed, ...builtIn, ...refusals]
