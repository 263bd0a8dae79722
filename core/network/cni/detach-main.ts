// SPDX-License-Identifier: Apache-2.0
/** A program of its own: what monitors run when a container is gone. */
import { readStartup } from '../../lib/config.ts'
import { describeError } from '../../lib/errors.ts'
import { detachNetworks } from './detach.ts'

const { env } = readStartup()
const [recordPath = ''] = process.argv.slice(2)
detachNetworks(recordPath, { path: env['PATH'] ?? '', netns: 'there' }).catch((error) => {
  process.stderr.write(`${describeError(error)}\n`)
  process.exitCode = 1
})
