// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:os'
import { applyChange, type ConfigChange } from './config-change.ts'
import { changeText, withHistory } from './config-history.ts'
import type { Context } from './context.ts'
import { TsbuildError } from './lib/errors.ts'
import type { ContainerRecord } from './store/container-record.ts'
import { writeContainer } from './store/containers.ts'
import { explainDisk } from './store/disk-full.ts'
import { withContainer } from './store/lock-container.ts'
import { withStoreLock } from './store/lock-store.ts'
import { openStore } from './store/open-store.ts'

export interface ConfigureRequest {
  readonly container: string
  /** Applied in order. */
  readonly changes: readonly ConfigChange[]
  /** Whether the history of the image tells of the changes. */
  readonly addHistory?: boolean
}

/**
 * Changes the configuration of a container, and so of the image made from it.
 *
 * @throws TsbuildError CONTAINER_UNKNOWN, CONFIG_INVALID
 */
export async function configure(
  context: Context,
  { container, changes, addHistory = false }: ConfigureRequest,
): Promise<Record<never, never>> {
  for (const change of changes) checkChange(change)
  try {
    openStore(context)
    await withContainer(context, container, (record) => {
      const changed = changes.reduce<ContainerRecord>(applyChange, record)
      const told = addHistory ? tell(context, changed, changes) : changed
      withStoreLock(context, () => writeContainer(context, told))
    })
    return {}
  } catch (error) {
    throw explainDisk(context, error)
  }
}

function tell(
  { now }: Context,
  record: ContainerRecord,
  changes: readonly ConfigChange[],
): ContainerRecord {
  const texts = changes.map(changeText).filter((text) => text !== undefined)
  return texts.reduce((told, text) => withHistory(told, { text, now: now() }), record)
}

function checkChange(change: ConfigChange): void {
  const problem = holdsNul(change) ? 'holds a NUL byte' : problemOf(change)
  if (problem !== undefined) throw invalid(change, problem)
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNul)
}

/** What is wrong with a change, if something is. */
function problemOf(change: ConfigChange): string | undefined {
  switch (change.kind) {
    case 'env':
    case 'unset-env':
      return change.name === '' || change.name.includes('=') ? 'has no valid name' : undefined
    case 'label':
    case 'annotation':
      return change.name === '' ? 'has no name' : undefined
    case 'port':
      return PORT.test(change.name) ? undefined : 'is no port: 80, 53/udp or 9000-9010'
    case 'volume':
    case 'workingdir': {
      const path = change.kind === 'volume' ? change.name : change.text
      const isRight = path.startsWith('/') || (path === '' && change.kind === 'workingdir')
      return isRight ? undefined : 'is not an absolute path'
    }
    case 'os':
    case 'arch':
      return change.text === '' ? 'is needed' : undefined
    case 'stop-signal':
      return isSignal(change.text) ? undefined : 'is no signal'
    case 'onbuild':
      return change.text.trim() === '' ? 'is no instruction' : undefined
    default:
      return undefined
  }
}

const PORT = /^[0-9]{1,5}(?:-[0-9]{1,5})?(?:\/(?:tcp|udp|sctp))?$/i

const isSignal = (text: string): boolean =>
  text === '' ||
  /^(?:[1-9]|[1-5][0-9]|6[0-4]|(?:SIG)?RTM(?:IN(?:\+[0-9]+)?|AX(?:-[0-9]+)?))$/.test(text) ||
  Object.hasOwn(constants.signals, text.startsWith('SIG') ? text : `SIG${text}`)

function invalid(change: ConfigChange, reason: string): TsbuildError {
  const { kind, ...rest } = change
  return new TsbuildError('CONFIG_INVALID', `${kind} ${JSON.stringify(rest)} ${reason}`)
}
