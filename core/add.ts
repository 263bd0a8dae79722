// SPDX-License-Identifier: Apache-2.0
import { cwd } from 'node:process'
import { type Digest, digestHex } from '../images/digest.ts'
import type { AttributeRules } from '../images/unpack/attributes.ts'
import { readText } from './build/context-dir.ts'
import { withHistory } from './config-history.ts'
import { compileIgnore } from './containerfile/ignore.ts'
import type { Context } from './context.ts'
import type { AttributeChanges } from './copy/attributes.ts'
import { type CopyTarget, copySelection } from './copy/copy.ts'
import { digestSelection } from './copy/digest.ts'
import { excludeMatcher } from './copy/exclude.ts'
import { type ModeChange, parseModeChange } from './copy/mode-change.ts'
import type { CopyOrigin } from './copy/origin.ts'
import { accountFiles, resolveOwner } from './copy/owner.ts'
import { selectSources } from './copy/select.ts'
import { withSourceRoot } from './copy/source-root.ts'
import { withStatIndex } from './copy/stat-index-file.ts'
import { warnOfLosses } from './losses.ts'
import { withRootfs } from './snapshot/mount.ts'
import { reclaim } from './snapshot/reclaim.ts'
import { attributeRules } from './snapshot/rules.ts'
import { stageChange } from './snapshot/stage.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { findContainer, writeContainer } from './store/containers.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'

export interface AddRequest {
  readonly container: string
  /** Paths; parts of them may be patterns. */
  readonly sources: readonly string[]
  /** In the container; a relative one, and none, start in its working directory. */
  readonly destination: string | undefined
  /** 'add' unpacks archives. */
  readonly verb: 'add' | 'copy'
  /** `USER:GROUP`, names or numbers. */
  readonly chown?: string | undefined
  /** Octal or symbolic. */
  readonly chmod?: string | undefined
  /** Patterns of what a source is copied without. */
  readonly exclude?: readonly string[]
  /** Whether sources are copied with the directories they are in. */
  readonly parents?: boolean
  /** Where the sources lie: on this machine when it is not said. */
  readonly from?: SourcePlace | undefined
  /** Whether the history of the image tells of it. */
  readonly addHistory?: boolean
  /** Whether the digest is wanted, which needs all sources to be read. */
  readonly digest?: boolean
}

export type SourcePlace =
  /** A container or an image. */
  | { readonly kind: 'stored'; readonly name: string }
  /** Sources cannot leave it, and do not have what an ignore file names. */
  | {
      readonly kind: 'directory'
      readonly root: string
      readonly ignoreFile: string | undefined
    }

/**
 * Adds files to a container. What is copied belongs to root, or `chown`, and from a container or
 * an image to whom it belongs there; an archive that is unpacked keeps what it says. All of it is
 * added or nothing, also when we are killed, as long as the container has fewer than 250 layers;
 * above that a failure can leave a part.
 *
 * @returns the digest of what was added, if it is wanted
 * @throws TsbuildError CONTAINER_UNKNOWN, IMAGE_UNKNOWN, PATH_INVALID, ARCHIVE_INVALID,
 *   USER_UNKNOWN, USAGE, DISK_FULL
 */
export async function add(
  context: Context,
  request: AddRequest,
): Promise<{ digest: Digest | undefined }> {
  const chmod = request.chmod === undefined ? undefined : parseModeChange(request.chmod)
  try {
    openStore(context)
    reclaim(context)
    const digest = await withContainer(context, request.container, async (record) => {
      const made = await change(context, record, async (rootFd, key) => {
        const rules = attributeRules(context, 'foreign', key)
        const digest = await addTo({ context, request, record, rootFd, rules, chmod })
        warnOfLosses(context, rules.losses)
        return digest
      })
      if (made !== undefined && request.addHistory === true) tell(context, request, made)
      return made
    })
    return { digest }
  } catch (error) {
    throw explainDisk(context, error)
  }
}

async function change<Result>(
  context: Context,
  record: ContainerRecord,
  action: (rootFd: number, key: string) => Promise<Result>,
): Promise<Result> {
  const stage = await stageChange(context, record)
  const { active } = stage.record
  try {
    const result = await withRootfs(context, stage.record, (rootFd) => action(rootFd, active))
    stage.accept()
    return result
  } catch (error) {
    stage.discard()
    throw error
  }
}

/** In the words of other builders. */
function tell(context: Context, request: AddRequest, digest: Digest): void {
  const { verb, destination = '', container } = request
  const what = `${verb.toUpperCase()} file:${digestHex(digest)} in ${destination}`
  const record = findContainer(context, container)
  const told = withHistory(record, { text: what, now: context.now() })
  withStoreLock(context, () => writeContainer(context, told))
}

interface Addition {
  readonly context: Context
  readonly request: AddRequest
  readonly record: ContainerRecord
  /** Of the container. */
  readonly rootFd: number
  readonly rules: AttributeRules
  readonly chmod: ModeChange | undefined
}

async function addTo(addition: Addition): Promise<Digest | undefined> {
  const { context, request, record, rootFd, rules, chmod } = addition
  const { chown, from, destination = '' } = request
  const owner =
    chown === undefined
      ? undefined
      : resolveOwner(chown, () => accountFiles({ rootFd, sys: rules.sys }))
  const changes: AttributeChanges = { chown: owner, chmod }
  const target: CopyTarget = {
    ...changes,
    rootFd,
    rules,
    destination: request.parents ? `${destination}/` : destination,
    workingDir: record.config.WorkingDir ?? '/',
    unpackArchives: request.verb === 'add',
  }
  if (from?.kind !== 'stored') {
    const origin =
      from === undefined ? { kind: 'host' as const, directory: cwd() } : contextOrigin(from)
    return addFrom(addition, origin, target)
  }
  return withSourceRoot(context, { name: from.name, target: { record, rootFd } }, (source) =>
    addFrom(addition, { kind: 'tree', name: from.name, ...source }, target),
  )
}

function contextOrigin({
  root,
  ignoreFile,
}: Extract<SourcePlace, { kind: 'directory' }>): CopyOrigin {
  if (ignoreFile === undefined) return { kind: 'context', root, ignore: undefined, ignoreFile }
  const text = readText(ignoreFile, 'the ignore file')
  const ignore = compileIgnore({ name: ignoreFile, text })
  return { kind: 'context', root, ignore, ignoreFile }
}

async function addFrom(
  { context, request, rules }: Addition,
  origin: CopyOrigin,
  target: CopyTarget,
): Promise<Digest | undefined> {
  const storeRoot = context.paths.root
  const exclude = excludeMatcher(request.exclude ?? [])
  const options = { sys: rules.sys, storeRoot, exclude, parents: request.parents ?? false }
  const selection = selectSources(origin, request.sources, options)
  try {
    const { chown, chmod } = target
    const wanted = request.digest === true || request.addHistory === true
    const digest = wanted
      ? await withStatIndex(context, (index) => digestSelection(selection, { chown, chmod, index }))
      : undefined
    const { changed } = await copySelection(selection, target)
    if (changed !== undefined) context.warn(`${changed} was changed while it was copied`)
    return digest
  } finally {
    selection.close()
  }
}
