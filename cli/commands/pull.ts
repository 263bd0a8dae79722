// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'

export const pullCommand = command({
  name: 'pull',
  group: 'Images',
  summary: 'Store an image from a layout or an archive',
  examples: [
    ['tsbuild pull oci:site:latest', 'from an OCI layout'],
    ['tsbuild pull docker-archive:site.tar', 'what docker save wrote'],
  ],
  namespace: 'enter',
  positionals: {
    source: { count: 'one', describe: 'A transport and a place, as oci:PATH:TAG' },
  },
  options: {
    quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Do not tell what is done' },
  },
  async run({ source, quiet }, context, io) {
    const { pull } = await import('../../core/pull.ts')
    const progress = quiet ? () => {} : (step: string) => io.tell(`Copying ${step}`)
    io.print((await pull(context(), { source, progress })).id)
    return 0
  },
})
