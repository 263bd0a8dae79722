// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { workingContainer } from '../shared-tables.ts'

export const commitCommand = command({
  name: 'commit',
  group: 'Working containers',
  summary: 'Make an image of a working container',
  examples: [
    ['tsbuild commit demo localhost/site', 'name the image; the container stays usable'],
    ['tsbuild commit --rm demo localhost/site', 'and remove the container'],
  ],
  namespace: 'enter',
  positionals: {
    container: workingContainer,
    image: { count: 'one', describe: 'Name of the image' },
  },
  options: {
    rm: {
      type: 'boolean',
      default: false,
      describe: 'Remove the container when the image is made',
    },
    quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Do not print the id' },
  },
  async run({ container, image, rm, quiet }, context, io) {
    const { commit } = await import('../../core/commit.ts')
    const { id } = await commit(context(), { container, image })
    if (!quiet) io.print(id)
    if (rm) {
      const { removeContainers } = await import('../../core/remove.ts')
      removeContainers(context(), { containers: [container] })
    }
    return 0
  },
})
