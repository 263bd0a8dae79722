// SPDX-License-Identifier: Apache-2.0
import { hostPlatform } from '../images/platform.ts'
import { shortName } from '../images/reference.ts'
import { baseImage } from './base-image.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import { recoverNetworks } from './network/recover.ts'
import { checkOptions } from './options/check.ts'
import type { ContainerOptions } from './options/container-options.ts'
import { createAbove } from './snapshot/above.ts'
import { storeDriver } from './snapshot/driver.ts'
import { reclaim } from './snapshot/reclaim.ts'
import type { ContainerRecord, Driver } from './store/container-record.ts'
import { listContainers, writeContainer } from './store/containers.ts'
import { withContent } from './store/content-lock.ts'
import { explainDisk } from './store/disk-full.ts'
import type { StoredImage } from './store/images.ts'
import { NAME, STORE_VERSION } from './store/layout.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'
import { readImageConfig } from './stored-image.ts'

export interface FromRequest {
  /** A name or an id, `scratch` for an empty container, or a transport and a place. */
  readonly image: string
  /** Without one it is made from the image's. */
  readonly name?: string | undefined
  /** For all that runs in it. */
  readonly options?: ContainerOptions
}

/**
 * Makes a working container.
 *
 * @throws TsbuildError IMAGE_UNKNOWN, CONTAINER_EXISTS, CONFIG_INVALID for a name that is none
 */
export async function from(
  context: Context,
  request: FromRequest,
): Promise<{ id: string; name: string }> {
  if (request.name !== undefined) checkName(request.name)
  checkOptions(request.options ?? {})
  try {
    openStore(context)
    await recoverNetworks(context)
    reclaim(context)
    const driver = storeDriver(context)
    return await withContent(context, () => make(context, request, driver))
  } catch (error) {
    throw explainDisk(context, error)
  }
}

async function make(context: Context, request: FromRequest, driver: Driver) {
  const image = request.image === 'scratch' ? undefined : await baseImage(context, request.image)
  withStoreLock(context, () => chooseName(context, request, image)) // before the work, if it fails
  const base = image?.record.layers ?? []
  const below = base.flatMap(({ snapshots }) => snapshots)
  const snapshot = await createAbove(context, { driver, below })
  try {
    const layers = driver === 'copy' ? { base: [], layers: [] } : { base, layers: below }
    return withStoreLock(context, () => {
      const name = chooseName(context, request, image)
      const place = { name, driver, active: snapshot.key, ...layers }
      const record = newRecord(context, image, { ...place, options: request.options ?? {} })
      writeContainer(context, record)
      snapshot.keep()
      return { id: record.id, name }
    })
  } catch (error) {
    snapshot.discard()
    throw error
  }
}

function checkName(name: string): void {
  if (NAME.test(name)) return
  throw new TsbuildError('CONFIG_INVALID', `no container can be named ${JSON.stringify(name)}`, {
    hint: 'use up to 128 letters, digits, "_", "." and "-", and start with a letter or a digit',
  })
}

function chooseName(context: Context, { name }: FromRequest, image: StoredImage | undefined) {
  const taken = new Set(listContainers(context).map((container) => container.name))
  if (name !== undefined) {
    if (!taken.has(name)) return name
    const hint = `choose another name, or remove it first: "tsbuild rm ${name}"`
    throw new TsbuildError('CONTAINER_EXISTS', `there is a container ${name}`, { hint })
  }
  const base = image?.names[0] === undefined ? '' : `${shortName(image.names[0])}-`
  const first = `${base}working-container`
  let free = first
  for (let number = 1; taken.has(free); number++) free = `${first}-${number}`
  return free
}

type Place = Pick<ContainerRecord, 'name' | 'driver' | 'base' | 'layers' | 'active' | 'options'>

function newRecord(
  context: Context,
  image: StoredImage | undefined,
  place: Place,
): ContainerRecord {
  const found =
    image === undefined ? { ...hostPlatform(), config: {} } : readImageConfig(context, image)
  const { config = {}, rootfs: _made, ...properties } = found
  return {
    version: STORE_VERSION,
    id: context.randomId(),
    image: image === undefined ? null : { id: image.id, name: image.names[0] ?? image.id },
    created: context.now().toISOString(),
    ...place,
    config,
    properties,
    createdBy: '',
  }
}
