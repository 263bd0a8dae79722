// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { namedOrAll } from '../named-or-all.ts'

export const rmiCommand = command({
  name: 'rmi',
  group: 'Images',
  summary: 'Remove images from the store',
  examples: [
    ['tsbuild rmi localhost/site', 'one'],
    ['tsbuild rmi --all --force', 'every one, whatever uses it'],
    ['tsbuild rmi --prune', 'what has no name, and the cache of builds'],
  ],
  namespace: 'enter',
  positionals: {
    images: { count: 'any', describe: 'Names or ids of images', names: 'image' },
  },
  options: {
    all: { type: 'boolean', alias: ['a'], default: false, describe: 'Remove every image' },
    force: {
      type: 'boolean',
      alias: ['f'],
      default: false,
      describe: 'Also images that containers were made from, and by id with all their names',
    },
    prune: {
      type: 'boolean',
      alias: ['p'],
      default: false,
      describe: 'Remove images without a name, and the cache of builds',
    },
  },
  async run({ images, all, force, prune }, context, io) {
    const whole = all || (prune && images.length === 0)
    const selection = namedOrAll({ command: 'rmi', slot: 'images', names: images, all: whole })
    const { removeImages } = await import('../../core/remove.ts')
    const { untagged, deleted } = removeImages(context(), { images: selection, force, prune })
    for (const name of untagged) io.print(`untagged: ${name}`)
    for (const id of deleted) io.print(id)
    return 0
  },
})
