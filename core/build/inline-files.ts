// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { Context } from '../context.ts'
import type { CopyOrigin } from '../copy/origin.ts'
import type { CopyStep } from '../plan/types.ts'

/** Sources that stand in the Containerfile, as a context of their own. */
export interface InlineSources {
  readonly origin: CopyOrigin
  readonly patterns: readonly string[]
  readonly index: undefined
}

/** Gives `action` the files as sources, each of its own for the names may be alike. */
export async function withInlineFiles<Result>(
  { paths }: Pick<Context, 'paths'>,
  files: CopyStep['files'],
  action: (sources: readonly InlineSources[]) => Promise<Result>,
): Promise<Result> {
  if (files.length === 0) return action([])
  const root = mkdtempSync(`${paths.runroot}/inline-`)
  try {
    for (const { name, content } of files)
      writeFileSync(`${root}/${name}`, content, { mode: 0o644 })
    const origin = { kind: 'context', root, ignore: undefined, ignoreFile: undefined } as const
    return await action([{ origin, patterns: files.map(({ name }) => name), index: undefined }])
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
