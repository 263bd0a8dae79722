// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { containerOptions, givenOptions } from '../container-options.ts'

export const fromCommand = command({
  name: 'from',
  group: 'Working containers',
  summary: 'Create a working container from an image, or from nothing',
  examples: [
    ['tsbuild from scratch', 'begin with an empty root file system'],
    ['tsbuild from --name demo localhost/busybox', 'choose the name of the container'],
  ],
  namespace: 'enter',
  positionals: {
    image: {
      count: 'one',
      describe: 'Name or id of an image, a place like oci:PATH, or scratch',
      names: 'image',
    },
  },
  options: {
    name: { type: 'string', describe: 'Name of the container; made from the image when absent' },
    ...containerOptions,
  },
  async run({ image, name, ...rest }, context, io) {
    const { from } = await import('../../core/from.ts')
    io.print((await from(context(), { image, name, options: givenOptions(rest) })).name)
    return 0
  },
})
