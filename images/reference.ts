// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../core/lib/errors.ts'

/** Alphanumeric runs joined by one dot, one or two underscores, or any number of hyphens. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?$`)
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const NAME_MAX = 255

/**
 * The full form of a name for an image: `debian` becomes `localhost/debian:latest`.
 *
 * The first part is a registry when it has a dot or a colon or is `localhost`, as everywhere;
 * without one the image is ours.
 *
 * @throws TsbuildError REFERENCE_INVALID with the part that is at fault; a digest is refused: it
 *   names content, and cannot be given to an image
 * @see github.com/distribution/reference, grammar
 */
export function normalizeReference(text: string): string {
  if (text.includes('@')) throw invalid(text, 'has a digest', 'leave out what follows the "@"')
  const [name, tag] = splitTag(text)
  const [registry, path] = splitRegistry(name)
  if (!HOST.test(registry)) throw invalid(text, `has no valid registry in "${registry}"`)
  for (const component of path.split('/')) checkComponent(text, component)
  if (!TAG.test(tag)) throw invalid(text, `has no valid tag in "${tag}"`)
  const full = `${registry}/${path}`
  if (full.length > NAME_MAX) throw invalid(text, `is longer than ${NAME_MAX} characters`)
  return `${full}:${tag}`
}

/** The last part of a name without tag: `localhost/tools/debian:12` gives `debian`. */
export function shortName(reference: string): string {
  const [name] = splitTag(reference)
  return name.slice(name.lastIndexOf('/') + 1)
}

function splitTag(text: string): [name: string, tag: string] {
  const colon = text.lastIndexOf(':')
  if (colon <= text.lastIndexOf('/')) return [text, 'latest']
  return [text.slice(0, colon), text.slice(colon + 1)]
}

function splitRegistry(name: string): [registry: string, path: string] {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  if (first === 'localhost' || /[.:]/.test(first)) return [first, name.slice(slash + 1)]
  return ['localhost', name]
}

function checkComponent(text: string, component: string): void {
  if (COMPONENT.test(component)) return
  if (COMPONENT.test(component.toLowerCase())) {
    throw invalid(text, 'has capital letters', `use "${text.toLowerCase()}"`)
  }
  throw invalid(text, component === '' ? 'has an empty part' : `has the part "${component}"`)
}

function invalid(text: string, reason: string, hint?: string): TsbuildError {
  return new TsbuildError('REFERENCE_INVALID', `image name "${text}" ${reason}`, {
    hint:
      hint ??
      'a name is [REGISTRY/]PATH[:TAG]: a to z, digits, and single ".", "_", "-" between them',
  })
}
