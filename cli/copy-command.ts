// SPDX-License-Identifier: Apache-2.0
import type { SourcePlace } from '../core/add.ts'
import type { Context } from '../core/context.ts'
import type { Args, Options, Positionals } from './command.ts'
import type { Io } from './io.ts'
import { workingContainer } from './shared-tables.ts'
import { usageError } from './usage.ts'

// `copy` and `add` differ in one thing: what becomes of archives.

export const copyPositionals = {
  container: workingContainer,
  sources: { count: 'some', describe: 'Files and directories; * ? and [a-z] stand for names' },
  destination: {
    count: 'optional',
    describe: 'Path in the container; its working directory when absent',
  },
} as const satisfies Positionals

export const copyOptions = {
  chown: {
    type: 'string',
    describe: 'Owner of what is copied: USER or USER:GROUP, names of the container or numbers',
  },
  chmod: { type: 'string', describe: 'Permissions of what is copied: 755, or u=rwX,go=rX' },
  exclude: { type: 'string[]', describe: 'Pattern of what the sources are copied without' },
  from: { type: 'string', describe: 'Container or image whose files the sources are' },
  contextdir: { type: 'string', describe: 'Directory that the sources lie in and cannot leave' },
  ignorefile: {
    type: 'string',
    describe: 'File with patterns of what is left out; needs --contextdir',
  },
  addHistory: {
    type: 'boolean',
    default: false,
    describe: 'Tell of it in the history of the image',
  },
  quiet: {
    type: 'boolean',
    alias: ['q'],
    default: false,
    describe: 'Do not print the digest of what was copied',
  },
} as const satisfies Options

type CopyArgs = Args<typeof copyPositionals, typeof copyOptions> & { readonly parents?: boolean }

/** @returns the exit status */
export async function runCopy(
  verb: 'add' | 'copy',
  { quiet, from, contextdir, ignorefile, sources, ...rest }: CopyArgs,
  { context, io }: { readonly context: () => Context; readonly io: Io },
): Promise<number> {
  const place = sourcePlace(verb, { from, contextdir, ignorefile })
  const { add } = await import('../core/add.ts')
  const request = { ...rest, verb, sources: [...sources], from: place, digest: !quiet }
  const { digest } = await add(context(), request)
  if (digest !== undefined && !quiet) io.print(digest.slice('sha256:'.length))
  return 0
}

type PlaceArgs = Pick<CopyArgs, 'from' | 'contextdir' | 'ignorefile'>

function sourcePlace(
  verb: string,
  { from, contextdir: root, ignorefile: ignoreFile }: PlaceArgs,
): SourcePlace | undefined {
  if (from !== undefined && root !== undefined) {
    throw usageError(verb, 'options "--from" and "--contextdir" exclude each other')
  }
  if (root === undefined && ignoreFile !== undefined) {
    throw usageError(verb, 'option "--ignorefile" needs "--contextdir"')
  }
  if (from !== undefined) return { kind: 'stored', name: from }
  return root === undefined ? undefined : { kind: 'directory', root, ignoreFile }
}
