// SPDX-License-Identifier: Apache-2.0
import { chmodSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import type { CopyOrigin } from '../copy/origin.ts'
import type { CopyStep } from '../plan/types.ts'
import { createSnapshot } from '../snapshot/create.ts'
import { withStoreLock } from '../store/lock-store.ts'

/** Sources that stand in the Containerfile, as a context of their own. */
export interface InlineSources {
  readonly origin: CopyOrigin
  readonly patterns: readonly string[]
  readonly index: undefined
}

/**
 * Gives `action` the files as sources; of two with one name it is the later. They lie in a snapshot
 * that nobody names, which is reclaimed when we are killed.
 */
export async function withInlineFiles<Result>(
  context: Context,
  files: CopyStep['files'],
  action: (sources: readonly InlineSources[]) => Promise<Result>,
): Promise<Result> {
  if (files.length === 0) return action([])
  const { fs: root, discard } = withStoreLock(context, () => createSnapshot(context))
  try {
    for (const { name, content } of files) {
      writeFileSync(`${root}/${name}`, content)
      chmodSync(`${root}/${name}`, 0o644) // whatever our umask is
    }
    const origin = { kind: 'context', root, ignore: undefined, ignoreFile: undefined } as const
    return await action([{ origin, patterns: files.map(({ name }) => name), index: undefined }])
  } finally {
    discard()
  }
}
