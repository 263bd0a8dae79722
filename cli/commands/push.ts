// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'

export const pushCommand = command({
  name: 'push',
  group: 'Images',
  summary: 'Write an image to a layout or an archive',
  examples: [
    ['tsbuild push localhost/site oci:site:latest', 'into an OCI layout'],
    ['tsbuild push localhost/site docker-archive:site.tar', 'for docker load'],
  ],
  namespace: 'enter',
  positionals: {
    image: { count: 'one', describe: 'Name or id of an image', names: 'image' },
    destination: { count: 'one', describe: 'A transport and a place, as oci:PATH:TAG' },
  },
  options: {
    format: {
      type: 'string',
      alias: ['f'],
      choices: ['oci', 'docker', 'v2s2'],
      describe: 'Kind of manifest; that of the image when absent',
    },
    disableCompression: {
      type: 'boolean',
      alias: ['D'],
      default: false,
      describe: 'Do not compress layers',
    },
    digestfile: { type: 'string', describe: 'Write the digest of the manifest to this file' },
    quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Do not tell what is done' },
  },
  async run({ image, destination, format, disableCompression, digestfile, quiet }, context, io) {
    const { push } = await import('../../core/push.ts')
    await push(context(), {
      image,
      destination,
      format: format === 'v2s2' ? 'docker' : format,
      compress: !disableCompression,
      digestfile,
      progress: quiet ? () => {} : (step) => io.tell(`Copying ${step}`),
    })
    return 0
  },
})
