// SPDX-License-Identifier: Apache-2.0
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Box } from './box.ts'
import type { Effect } from './effect.ts'

/** A root file system in the one of the box. */
function jail({ rootfs }: Box): void {
  mkdirSync(join(rootfs, 'jail/etc'), { recursive: true })
  writeFileSync(join(rootfs, 'jail/etc/marker'), 'in the jail\n')
  cpSync(join(rootfs, 'bin'), join(rootfs, 'jail/bin'), { recursive: true, verbatimSymlinks: true })
}

export const chrootEffects = {
  'rootfs-open': [
    {
      name: 'makes later ops work in that directory',
      before: jail,
      late: [
        ['rootfs-open', '/jail'],
        ['mkdir', '/made', 0o755],
      ],
      script: 'ls -d /made /jail/made 2>&1; true',
      want: 'ls: /made: No such file or directory\n/jail/made',
    },
  ],
  chroot: [
    {
      name: 'makes the directory the root, and us stand in it',
      before: jail,
      late: [['rootfs-open', '/jail'], ['chroot']],
      script: 'pwd; cat /etc/marker; echo $(ls /)',
      want: '/\nin the jail\nbin etc',
    },
  ],
} satisfies Readonly<Record<string, readonly Effect[]>>
