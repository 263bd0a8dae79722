// SPDX-License-Identifier: Apache-2.0
import type { ExecutionConfig } from '../images/model.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'

/** One change of what the image will say; an empty list or text takes the setting away. */
export type ConfigChange =
  | { readonly kind: 'env'; readonly name: string; readonly value: string }
  | { readonly kind: 'unset-env'; readonly name: string }
  | { readonly kind: 'label'; readonly name: string; readonly value: string }
  | { readonly kind: 'unset-label'; readonly name: string }
  | { readonly kind: 'cmd' | 'entrypoint'; readonly args: readonly string[] }
  | { readonly kind: 'user' | 'workingdir' | 'author' | 'created-by'; readonly text: string }

export interface ConfigureRequest {
  readonly container: string
  /** Applied in order. */
  readonly changes: readonly ConfigChange[]
}

/**
 * Changes the configuration of a container, and so of the image made from it.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, CONFIG_INVALID
 */
export async function configure(
  context: Context,
  { container, changes }: ConfigureRequest,
): Promise<Record<never, never>> {
  for (const change of changes) checkChange(change)
  try {
    openStore(context)
    await withContainer(context, container, (record) => {
      const changed = changes.reduce(applyChange, record)
      withStoreLock(context, () => writeContainer(context, changed))
    })
    return {}
  } catch (error) {
    throw explainDisk(context, error)
  }
}

type Settings = Pick<ContainerRecord, 'config' | 'properties' | 'createdBy'>

/** The record with one change made; the given one stays as it is. */
export function applyChange<Record extends Settings>(record: Record, change: ConfigChange): Record {
  const { config, properties } = record
  const withConfig = (part: ExecutionConfig): Record => ({
    ...record,
    config: Object.fromEntries(Object.entries({ ...config, ...part }).filter(isSet)),
  })
  switch (change.kind) {
    case 'env':
      return withConfig({ Env: setVariable(config.Env ?? [], change.name, change.value) })
    case 'unset-env':
      return withConfig({ Env: (config.Env ?? []).filter((entry) => !sets(entry, change.name)) })
    case 'label':
      return withConfig({ Labels: { ...config.Labels, [change.name]: change.value } })
    case 'unset-label': {
      const { [change.name]: _gone, ...Labels } = config.Labels ?? {}
      return withConfig({ Labels })
    }
    case 'cmd':
      return withConfig({ Cmd: [...change.args] })
    case 'entrypoint':
      return withConfig({ Entrypoint: [...change.args] })
    case 'user':
      return withConfig({ User: change.text })
    case 'workingdir':
      return withConfig({ WorkingDir: change.text })
    case 'author':
      return { ...record, properties: { ...properties, author: change.text } }
    case 'created-by':
      return { ...record, createdBy: change.text }
  }
}

const sets = (entry: string, name: string) => entry.startsWith(`${name}=`)

/** A variable that is set keeps its place in the list. */
function setVariable(env: readonly string[], name: string, value: string): string[] {
  const entry = `${name}=${value}`
  if (!env.some((known) => sets(known, name))) return [...env, entry]
  return env.map((known) => (sets(known, name) ? entry : known))
}

function isSet([, value]: readonly [string, unknown]): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return value !== ''
}

function checkChange(change: ConfigChange): void {
  const texts = Object.values(change).flat()
  if (texts.some((text) => text.includes('\0'))) throw invalid(change, 'holds a NUL byte')
  if (change.kind === 'env' || change.kind === 'unset-env') {
    if (change.name === '' || change.name.includes('=')) throw invalid(change, 'has no valid name')
  }
  if (change.kind === 'label' && change.name === '') throw invalid(change, 'has no name')
  if (change.kind === 'workingdir' && change.text !== '' && !change.text.startsWith('/')) {
    throw invalid(change, 'is not an absolute path')
  }
}

function invalid(change: ConfigChange, reason: string): TsbuildError {
  const { kind, ...rest } = change
  return new TsbuildError('CONFIG_INVALID', `${kind} ${JSON.stringify(rest)} ${reason}`)
}
