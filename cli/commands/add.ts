// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { workingContainer } from '../shared-tables.ts'

export const addCommand = command({
  name: 'add',
  group: 'Working containers',
  summary: 'Copy files and directories, or unpack tar archives, into a working container',
  examples: [
    ['tsbuild add demo site /srv/www', 'the contents of the directory site'],
    ['tsbuild add demo rootfs.tar.gz /', 'what the archive holds'],
  ],
  namespace: 'enter',
  positionals: {
    container: workingContainer,
    sources: { count: 'some', describe: 'Files, directories and archives of the host' },
    destination: { count: 'one', describe: 'Path in the container' },
  },
  options: {},
  async run({ container, sources, destination }, context) {
    const { add } = await import('../../core/add.ts')
    await add(context(), { container, sources: [...sources], destination })
    return 0
  },
})
