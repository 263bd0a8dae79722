// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'
import type { ContainerOptions } from './container-options.ts'

/** What is wanted of one namespace: a new one, the caller's, or one that exists. */
export type NamespaceChoice =
  | 'private'
  | 'host'
  /** Absolute, on the host. */
  | { readonly path: string }
  /** That of a working container in which something runs, by name or id. */
  | { readonly container: string }

/** The options that choose a namespace; the network has words of its own. */
export const namespaceOptions = {
  pid: 'pid',
  ipc: 'ipc',
  uts: 'uts',
  cgroupns: 'cgroup',
  userns: 'user',
} as const

type OptionName = keyof typeof namespaceOptions
type Chosen = (typeof namespaceOptions)[OptionName]

export type NamespaceChoices = { readonly [Type in Chosen]?: NamespaceChoice }

/**
 * What the options say; a type that none names is left out.
 *
 * @throws TsbuildError USAGE for a word that means none
 */
export function namespaceChoices(options: ContainerOptions): NamespaceChoices {
  const chosen: Partial<Record<Chosen, NamespaceChoice>> = {}
  for (const [option, type] of Object.entries(namespaceOptions) as [OptionName, Chosen][]) {
    const value = options[option]
    if (value !== undefined) chosen[type] = namespaceChoice(option, value)
  }
  return chosen
}

/** One word, as buildah reads it: `container` and nothing at all mean a namespace of its own. */
export function namespaceChoice(option: string, value: string): NamespaceChoice {
  if (value === '' || value === 'private' || value === 'container') return 'private'
  if (value === 'host') return 'host'
  const [, container] = /^container:(.+)$/s.exec(value) ?? []
  if (container !== undefined) return { container }
  const path = value.replace(/^ns:/, '')
  if (path.startsWith('/') && !path.includes('\0')) return { path }
  const shown = JSON.stringify(value)
  throw new TsbuildError('USAGE', `option "--${option}": ${shown} is no namespace`, {
    hint: 'give private, host, ns:/PATH or container:NAME',
  })
}
