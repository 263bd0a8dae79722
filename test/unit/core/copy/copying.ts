// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type CopyOutcome, type CopyTarget, copySelection } from '../../../../core/copy/copy.ts'
import { digestSelection } from '../../../../core/copy/digest.ts'
import { excludeMatcher } from '../../../../core/copy/exclude.ts'
import type { CopyOrigin } from '../../../../core/copy/origin.ts'
import { selectSources } from '../../../../core/copy/select.ts'
import type { Selection } from '../../../../core/copy/selection.ts'
import type { Digest } from '../../../../images/digest.ts'
import { isHostRoot, sys } from '../../images/unpack/scratch-root.ts'

type Options = Partial<Pick<CopyTarget, 'destination' | 'workingDir' | 'chown' | 'chmod'>>

interface How {
  readonly exclude?: readonly string[]
  readonly parents?: boolean
}

/** A context, a root that files are copied to, and something beside them that nobody may touch. */
export interface Copying {
  readonly base: string
  readonly context: string
  readonly root: string
  readonly origin: Extract<CopyOrigin, { kind: 'context' }>
  select(patterns: readonly string[], origin?: CopyOrigin, how?: How): Selection
  digest(patterns: readonly string[], options?: Options, origin?: CopyOrigin): Digest
  /** @param meanwhile is done between the selection and the copy */
  copy(
    patterns: readonly string[],
    options?: Options & Pick<How, 'parents'> & { origin?: CopyOrigin; meanwhile?: () => void },
  ): Promise<CopyOutcome>
}

export function setUpCopying(t: TestContext): Copying {
  const base = mkdtempSync(join(tmpdir(), 'tsbuild-copy-test-'))
  t.after(() => rmSync(base, { recursive: true, force: true }))
  const [context, root, storeRoot] = ['context', 'root', 'store'].map((name) => join(base, name))
  if (context === undefined || root === undefined || storeRoot === undefined) throw new Error()
  for (const path of [context, root, storeRoot]) mkdirSync(path)
  const plain = {
    kind: 'context',
    root: context,
    ignore: undefined,
    ignoreFile: undefined,
  } as const
  const select: Copying['select'] = (patterns, origin = plain, { exclude = [], parents } = {}) =>
    selectSources(origin, patterns, {
      ...{ sys, storeRoot, exclude: excludeMatcher(exclude) },
      ...(parents && { parents }),
    })
  return {
    base,
    context,
    root,
    origin: plain,
    select,
    digest(patterns, options = {}, origin = plain) {
      const selection = select(patterns, origin)
      try {
        return digestSelection(selection, options)
      } finally {
        selection.close()
      }
    },
    async copy(patterns, { origin = plain, meanwhile, parents = false, ...options } = {}) {
      const selection = select(patterns, origin, { parents })
      meanwhile?.()
      const rootFd = openSync(root, constants.O_RDONLY | constants.O_DIRECTORY)
      try {
        return await copySelection(selection, { ...targetOf(rootFd), ...options })
      } finally {
        closeSync(rootFd)
        selection.close()
      }
    },
  }
}

const targetOf = (rootFd: number): CopyTarget => ({
  rootFd,
  rules: {
    sys,
    holdsIds: (uid, gid) => isHostRoot || (uid === 0 && gid === 0),
    origin: 'foreign',
    losses: { owners: 0, xattrs: 0, sockets: 0 },
  },
  workingDir: '/',
  destination: '/',
  unpackArchives: false,
})
