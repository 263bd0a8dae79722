// SPDX-License-Identifier: Apache-2.0
import { type Digest, digestHex, isDigest, sha256 } from '../../images/digest.ts'
import { canonicalJson } from '../lib/canonical-json.ts'
import type { CopyStep } from '../plan/types.ts'
import { readCache, writeCache } from '../store/cache.ts'
import type { BuildSession } from './session.ts'

/** The digest of what patterns stand for in the files of a stage or image. */
export interface KnownContent {
  /** Undefined where nobody has looked yet. */
  readonly digest: Digest | undefined
  remember(digest: Digest): void
}

/**
 * Files that are named by the same key are the same, so what was found in them once need not be
 * looked for again: that takes a mount, and reading all of it.
 */
export function knownContent(
  { context, request }: Pick<BuildSession, 'context' | 'request'>,
  tree: Digest,
  { sources: patterns, exclude, parents }: Pick<CopyStep, 'sources' | 'exclude' | 'parents'>,
): KnownContent {
  const inputs = { kind: 'content', tree, patterns, exclude, parents }
  const key = digestHex(sha256(canonicalJson(inputs)))
  const known = request.useCache ? readCache(context, key)?.inputs : undefined
  const digest: unknown = known === undefined ? undefined : Reflect.get(known, 'digest')
  return {
    digest: isDigest(digest) ? digest : undefined,
    remember(found) {
      const created = context.now().toISOString()
      writeCache(context, { key, created, snapshots: [], inputs: { ...inputs, digest: found } })
    },
  }
}
