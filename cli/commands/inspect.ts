// SPDX-License-Identifier: Apache-2.0
import { command } from '../command.ts'
import { fillTemplate } from '../go-template.ts'

export const inspectCommand = command({
  name: 'inspect',
  group: 'Images',
  summary: 'Show all that is known of a container or an image',
  examples: [
    ['tsbuild inspect demo', 'a container, or an image, as JSON'],
    ["tsbuild inspect --format '{{.OCIv1.Config.Env}}' localhost/site", 'one field'],
  ],
  namespace: 'none',
  positionals: {
    name: { count: 'one', describe: 'Name or id of a container or an image', names: 'container' },
  },
  options: {
    type: {
      type: 'string',
      alias: ['t'],
      choices: ['container', 'image'],
      describe: 'Look at one of this kind only',
    },
    format: { type: 'string', alias: ['f'], describe: 'Print this text with fields filled in' },
  },
  async run({ name, type, format }, context, io) {
    const { inspect } = await import('../../core/inspect.ts')
    const found = inspect(context(), { nameOrId: name, type })
    io.print(format === undefined ? JSON.stringify(found, null, 4) : fillTemplate(format, found))
    return 0
  },
})
