// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { DestinationRequest, ImageDestination } from './destination.ts'
import { invalidPlace } from './failure.ts'

/**
 * A destination that is a directory. A new one gets its name when it is complete, its parents are
 * made; one that is there stays, and is written into.
 *
 * @param open the destination in a directory that exists
 */
export function inDirectory(
  request: DestinationRequest,
  open: (request: DestinationRequest) => ImageDestination,
): ImageDestination {
  const stats = statSync(request.path, { throwIfNoEntry: false })
  if (stats?.isDirectory()) return open(request)
  if (stats !== undefined) throw invalidPlace(request.place, 'it is no directory', HINT)
  const target = resolve(request.path)
  const path = `${target}.tsbuild-${request.suffix}`
  const discard = () => rmSync(path, { recursive: true, force: true })
  mkdirSync(dirname(target), { recursive: true })
  mkdirSync(path)
  try {
    const destination = open({ ...request, path })
    return {
      ...destination,
      async commit(image) {
        await destination.commit(image)
        renameSync(path, target)
      },
      close() {
        destination.close()
        discard()
      },
    }
  } catch (error) {
    discard()
    throw error
  }
}

const HINT = 'name a directory that is not there yet, or one that holds images'
