// SPDX-License-Identifier: Apache-2.0
import type { Environment } from '../lib/config.ts'

export interface ConfPlaces {
  /** A file each, and beside it the directory of its drop-ins: NAME.d/*.conf; the weakest first. */
  readonly files: readonly string[]
  /** Files that must be there, because the user names them; the weakest first. */
  readonly named: readonly { readonly variable: string; readonly path: string }[]
}

/**
 * Where containers.conf may be: of the distribution, of the machine, of the user.
 *
 * @param hostUid of the user outside of any namespace: root has no file of its own
 * @see containers.conf(5)
 */
export function confPlaces(env: Environment, hostUid: number): ConfPlaces {
  const config = env['XDG_CONFIG_HOME'] || (env['HOME'] && `${env['HOME']}/.config`)
  const own = hostUid === 0 || !config ? [] : [`${config}/containers/containers.conf`]
  const isOnly = Boolean(env['CONTAINERS_CONF'])
  return {
    files: isOnly ? [] : [...systemFiles, ...own],
    named: ['CONTAINERS_CONF', 'CONTAINERS_CONF_OVERRIDE'].flatMap((variable) => {
      const path = env[variable]
      return path ? [{ variable, path }] : []
    }),
  }
}

const systemFiles = ['/usr/share/containers/containers.conf', '/etc/containers/containers.conf']
