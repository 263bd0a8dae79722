// SPDX-License-Identifier: Apache-2.0
import type { Platform } from '../../images/manifest.ts'
import { printPlatform } from '../../images/platform.ts'
import type { PlanRequest } from './types.ts'

const proxies = ['HTTP', 'HTTPS', 'FTP', 'NO', 'ALL'].flatMap((what) => [
  `${what}_PROXY`,
  `${what}_PROXY`.toLowerCase(),
])

/** Build args that need no ARG. */
export const isProxy = (name: string): boolean => proxies.includes(name)

/** What the user said of a build arg. */
export const givenArg = ({ buildArgs }: PlanRequest, name: string): string | undefined =>
  Object.hasOwn(buildArgs, name) ? buildArgs[name] : undefined

/** The proxies among the build args. */
export const givenProxies = (request: PlanRequest): [name: string, value: string][] =>
  Object.entries(request.buildArgs).filter(([name]) => isProxy(name))

/** The variables that say for what and where is built: in FROM as they are, in a stage by ARG. */
export const platformArgs = ({
  targetPlatform,
  buildPlatform,
}: PlanRequest): ReadonlyMap<string, string> =>
  new Map([...describe('TARGET', targetPlatform), ...describe('BUILD', buildPlatform)])

const describe = (side: string, platform: Platform): [string, string][] => [
  [`${side}PLATFORM`, printPlatform(platform)],
  [`${side}OS`, platform.os],
  [`${side}ARCH`, platform.architecture],
  [`${side}VARIANT`, platform.variant ?? ''],
]
