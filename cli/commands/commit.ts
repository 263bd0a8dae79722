// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { imageFormat, workingContainer } from '../shared-tables.ts'

export const commitCommand = command({
  name: 'commit',
  group: 'Working containers',
  summary: 'Make an image of a working container',
  examples: [
    ['tsbuild commit demo localhost/site', 'name the image; the container stays usable'],
    ['tsbuild commit --rm --squash demo localhost/site', 'one layer, and remove the container'],
  ],
  namespace: 'enter',
  positionals: {
    container: workingContainer,
    image: {
      count: 'optional',
      describe: 'Name of the image; without it the image has only an id',
    },
  },
  options: {
    format: imageFormat,
    squash: {
      type: 'boolean',
      default: false,
      describe: 'Make one layer of all, those of the base image too',
    },
    rm: {
      type: 'boolean',
      default: false,
      describe: 'Remove the container when the image is made',
    },
    iidfile: { type: 'string', describe: 'Write the id of the image to this file' },
    timestamp: {
      type: 'number',
      describe: 'Seconds since 1970: when the image and the files of its new layer were made',
    },
    quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Do not print the id' },
  },
  async run({ container, rm, quiet, ...request }, context, io) {
    const { commit } = await import('../../core/commit.ts')
    const { id } = await commit(context(), { container, ...request })
    if (!quiet) io.print(id)
    if (rm) {
      const { removeContainers } = await import('../../core/remove.ts')
      removeContainers(context(), { containers: [container] })
    }
    return 0
  },
})
