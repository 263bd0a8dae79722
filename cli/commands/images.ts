// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { imageList } from '../image-list.ts'
import { listOptions } from '../shared-tables.ts'

export const imagesCommand = command({
  name: 'images',
  group: 'Images',
  summary: 'List the stored images',
  examples: [
    ['tsbuild images', 'a table'],
    ['tsbuild images --json', 'everything about them, for programs'],
  ],
  namespace: 'none',
  positionals: {},
  options: {
    ...listOptions,
    digests: { type: 'boolean', default: false, describe: 'Show the digests of the manifests' },
    noTrunc: { type: 'boolean', default: false, describe: 'Show ids whole' },
  },
  async run(options, context, io) {
    const { images } = await import('../../core/images.ts')
    const found = images(context())
    for (const line of imageList(found, { ...options, now: context().now() })) io.print(line)
    return 0
  },
})
