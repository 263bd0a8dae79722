// SPDX-License-Identifier: Apache-2.0
import { everyCapability, resolveCapabilities } from '../spec/capabilities.ts'
import { checkMounts } from './asked-mounts.ts'
import { words } from './capability-layers.ts'
import type { ContainerOptions } from './container-options.ts'
import { parseDevice } from './device.ts'
import { parseGroups } from './group.ts'
import { namespaceChoices } from './namespaces.ts'
import { checkNetworkOptions } from './network-conflicts.ts'
import { parseResources } from './resources.ts'
import { securityOptions } from './security.ts'
import { parseSize } from './size.ts'
import { parseUlimits } from './ulimit.ts'

/**
 * Reads options that are to be used later, so that what makes no sense is told now.
 *
 * @throws TsbuildError USAGE
 */
export function checkOptions(options: ContainerOptions): void {
  const [add, drop] = [words(options.capAdd), words(options.capDrop)]
  resolveCapabilities({ base: [], add, drop, available: everyCapability })
  namespaceChoices(options)
  checkNetworkOptions(options)
  checkMounts(options)
  securityOptions(options.securityOpt ?? [])
  parseGroups(options.groupAdd ?? [])
  parseUlimits(options.ulimit ?? [])
  parseResources(options)
  options.device?.forEach(parseDevice)
  if (options.shmSize !== undefined) parseSize('shm-size', options.shmSize)
}
