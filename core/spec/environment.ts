// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

export interface EnvironmentRequest {
  /** `Env` of the image. */
  readonly image: readonly string[]
  /** The options in order: `NAME=value`, or `NAME` for what the host has, be it nothing. */
  readonly overrides: readonly string[]
  readonly host: Readonly<Record<string, string | undefined>>
  /** Whether the host's proxy variables are handed on. */
  readonly proxies: boolean
  readonly home: string
  readonly hostname: string
  readonly terminal: boolean
}

/** What docker sets; fixed, so that a build does not depend on the host's configuration. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

const proxyVariables = ['http_proxy', 'https_proxy', 'ftp_proxy', 'no_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
])

/**
 * The environment of a program in a container, in the order of precedence: the host's proxies, a
 * PATH, the image, the options. HOME, HOSTNAME and, with a terminal, TERM are added where none of
 * these set them. Nothing else comes from the host.
 *
 * Entries of an image that are no `NAME=value` are passed over. An option `NAME` of a variable that
 * the host does not have takes away the image's.
 *
 * @returns each name once, the last value in the place of the first
 * @throws TsbuildError USAGE for an option without a name
 */
export function containerEnvironment(request: EnvironmentRequest): string[] {
  const { image, overrides, host, proxies, home, hostname, terminal } = request
  const variables = new Map<string, string>()
  const set = (entry: string) => {
    const equals = entry.indexOf('=')
    if (equals > 0) variables.set(entry.slice(0, equals), entry.slice(equals + 1))
  }
  if (proxies) proxyVariables.flatMap((name) => fromHost(name, host)).forEach(set)
  set(`PATH=${defaultPath}`)
  image.forEach(set)
  for (const option of overrides) {
    const entry = overrideEntry(option, host)
    if (entry === undefined) variables.delete(option)
    else set(entry)
  }
  if (!variables.has('HOSTNAME')) set(`HOSTNAME=${hostname}`)
  if (!variables.has('HOME')) set(`HOME=${home}`)
  if (terminal && !variables.has('TERM')) set('TERM=xterm')
  return [...variables].map(([name, value]) => `${name}=${value}`)
}

function overrideEntry(option: string, host: EnvironmentRequest['host']): string | undefined {
  if (option === '' || option.startsWith('=')) {
    throw new TsbuildError('USAGE', `set environment variable ${JSON.stringify(option)}: no name`, {
      hint: 'write NAME=value, or NAME for the value it has here',
    })
  }
  return option.includes('=') ? option : fromHost(option, host)[0]
}

function fromHost(name: string, host: EnvironmentRequest['host']): readonly string[] {
  const value = Object.hasOwn(host, name) ? host[name] : undefined
  return value === undefined ? [] : [`${name}=${value}`]
}
