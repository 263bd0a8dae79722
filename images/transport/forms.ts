// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../core/lib/errors.ts'
import type { ManifestFormat } from '../media-types.ts'
import type { Transport } from './reference.ts'

/** What a transport holds: its kinds of manifest, and whether layers may be compressed there. */
const forms: Readonly<
  Record<
    Transport,
    { readonly formats: readonly ManifestFormat[]; readonly layers: 'any' | 'plain' }
  >
> = {
  oci: { formats: ['oci'], layers: 'any' },
  'oci-archive': { formats: ['oci'], layers: 'any' },
  'docker-archive': { formats: ['docker'], layers: 'plain' },
  dir: { formats: ['oci', 'docker'], layers: 'any' },
}

/** In which form an image lies at its destination. */
export interface Form {
  readonly format: ManifestFormat
  /** 'compressed': gzip where a layer is not compressed; 'kept': as it is. */
  readonly layers: 'plain' | 'compressed' | 'kept'
}

export interface FormWish {
  /** Of the image as it is stored. */
  readonly stored: ManifestFormat
  /** What was asked for. */
  readonly format: ManifestFormat | undefined
  readonly compress: boolean
}

/**
 * The form that a transport gives an image.
 *
 * @throws TsbuildError TRANSPORT_INVALID if it cannot hold the format that was asked for
 */
export function formFor(transport: Transport, { stored, format, compress }: FormWish): Form {
  const { formats, layers } = forms[transport]
  const [first = stored] = formats
  if (format !== undefined && !formats.includes(format)) {
    const message = `${transport}: holds images in the ${first} format, not in the ${format} format`
    const others = Object.entries(forms).filter(([, form]) => form.formats.includes(format))
    const hint = `leave out --format, or write to ${others.map(([name]) => `${name}:`).join(', ')}`
    throw new TsbuildError('TRANSPORT_INVALID', message, { hint })
  }
  return {
    format: format ?? (formats.includes(stored) ? stored : first),
    layers: layers === 'plain' ? 'plain' : compress ? 'compressed' : 'kept',
  }
}
