// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { copyOptions, copyPositionals, runCopy } from '../copy-command.ts'

export const addCommand = command({
  name: 'add',
  group: 'Working containers',
  summary: 'Copy files and directories, or unpack tar archives, into a working container',
  examples: [
    ['tsbuild add demo site /srv/www', 'the contents of the directory site'],
    ['tsbuild add demo rootfs.tar.gz /', 'what the archive holds'],
  ],
  namespace: 'enter',
  positionals: copyPositionals,
  options: copyOptions,
  run: (args, context, io) => runCopy('add', args, { context, io }),
})
