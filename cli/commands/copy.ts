// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { copyOptions, copyPositionals, runCopy } from '../copy-command.ts'

export const copyCommand = command({
  name: 'copy',
  group: 'Working containers',
  summary: 'Copy files and directories into a working container',
  examples: [
    ['tsbuild copy demo site /srv/www', 'the contents of the directory site'],
    ["tsbuild copy --chown 1000:1000 demo '*.conf' app.js /srv/", 'files, as somebody’s own'],
    ['tsbuild copy --from builder demo /usr/local/bin /usr/local/bin', 'from another container'],
  ],
  namespace: 'enter',
  positionals: copyPositionals,
  options: {
    ...copyOptions,
    parents: {
      type: 'boolean',
      default: false,
      describe: 'Copy sources with the directories they are in',
    },
  },
  run: (args, context, io) => runCopy('copy', args, { context, io }),
})
