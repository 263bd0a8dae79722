// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'

export const tagCommand = command({
  name: 'tag',
  group: 'Images',
  summary: 'Give an image more names',
  examples: [['tsbuild tag localhost/site registry.example/site:1', 'a second name']],
  namespace: 'enter',
  positionals: {
    image: { count: 'one', describe: 'Name or id of an image', names: 'image' },
    names: { count: 'some', describe: 'The new names' },
  },
  options: {},
  async run({ image, names }, context) {
    const { tag } = await import('../../core/tag.ts')
    tag(context(), { image, names })
    return 0
  },
})
