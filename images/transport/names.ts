// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import { normalizeReference } from '../reference.ts'

/** The full form of a name that an image carries, undefined where it is none. */
export function fullName(text: string): string | undefined {
  try {
    return normalizeReference(text)
  } catch (error) {
    if (error instanceof TsbuildError && error.code === 'REFERENCE_INVALID') return undefined
    throw error
  }
}

/** What an image from an OCI layout is called: the path of that, as in buildah and podman. */
export const nameOfPath = (path: string): string | undefined =>
  fullName(`localhost/${path.split('/').filter(isStep).join('/')}`)

const isStep = (part: string): boolean => part !== '' && part !== '.'

/**
 * The full form of a name as docker writes it into archives: without a registry it is of Docker
 * Hub, and without a namespace of `library` there.
 */
export function dockerName(text: string): string | undefined {
  const [first = '', ...rest] = text.split('/')
  const hasRegistry = rest.length > 0 && (first === 'localhost' || /[.:]/.test(first))
  if (hasRegistry) return fullName(text)
  return fullName(rest.length === 0 ? `docker.io/library/${text}` : `docker.io/${text}`)
}
