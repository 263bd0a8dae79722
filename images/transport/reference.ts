// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'

const transports = ['oci', 'oci-archive', 'docker-archive', 'dir'] as const
export type Transport = (typeof transports)[number]

/** Which of the images that lie in one place. */
export type Selector =
  | { readonly kind: 'any' }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }

/** A place outside of the store where an image is or shall be. */
export interface TransportReference {
  readonly transport: Transport
  readonly path: string
  readonly selector: Selector
}

/**
 * Reads `oci:PATH[:NAME]`, `oci-archive:FILE[:NAME]`, `docker-archive:FILE[:NAME]` or `dir:PATH`.
 * Instead of a name, `@NUMBER` is an image by its place, from 0. A path ends at its first colon,
 * but for `dir`.
 *
 * @throws TsbuildError TRANSPORT_INVALID
 * @see containers-transports(5)
 */
export function parseTransport(text: string): TransportReference {
  const colon = text.indexOf(':')
  const transport = transports.find((name) => name === text.slice(0, Math.max(colon, 0)))
  if (transport === undefined) throw unknownTransport(text)
  const rest = text.slice(colon + 1)
  const end = transport === 'dir' ? -1 : rest.indexOf(':')
  const path = end < 0 ? rest : rest.slice(0, end)
  if (path === '') throw invalid(text, 'names no path')
  if (path.includes('\0')) throw invalid(text, 'has a NUL byte in its path')
  return { transport, path, selector: end < 0 ? { kind: 'any' } : selector(text, rest, end) }
}

/** Whether a text begins like a place outside of the store. */
export const hasTransport = (text: string): boolean =>
  transports.some((name) => text.startsWith(`${name}:`))

/** As it is typed. */
export function showTransport({ transport, path, selector }: TransportReference): string {
  const place = `${transport}:${path}`
  if (selector.kind === 'any') return place
  return `${place}:${selector.kind === 'name' ? selector.name : `@${selector.index}`}`
}

function selector(text: string, rest: string, end: number): Selector {
  const name = rest.slice(end + 1)
  if (name === '') return { kind: 'any' }
  if (!name.startsWith('@')) return { kind: 'name', name }
  if (/^@[0-9]{1,6}$/.test(name)) return { kind: 'index', index: Number(name.slice(1)) }
  throw invalid(text, `has "${name}" where "@" and a number from 0 are meant`)
}

function unknownTransport(text: string): TsbuildError {
  const [, known] =
    /^(docker|docker-daemon|containers-storage|ostree|sif|tarball):/.exec(text) ?? []
  return invalid(
    text,
    known === undefined ? 'names no transport' : `is of "${known}", which is not supported`,
  )
}

function invalid(text: string, reason: string): TsbuildError {
  const forms = 'oci:PATH[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or dir:PATH'
  return new TsbuildError('TRANSPORT_INVALID', `"${text}" ${reason}`, {
    hint: `use ${forms}; there is no transport to registries yet`,
  })
}
