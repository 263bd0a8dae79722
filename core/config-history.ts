// SPDX-License-Identifier: Apache-2.0
import type { ConfigChange } from './config-change.ts'
import type { ContainerRecord } from './store/container-record.ts'

/** The record with a step more in the history of its image, one that has no layer of its own. */
export function withHistory<Record extends Pick<ContainerRecord, 'properties'>>(
  record: Record,
  { text, now }: { readonly text: string; readonly now: Date },
): Record {
  return withEntry(record, { createdBy: `/bin/sh -c #(nop) ${text}`, now })
}

/** The same with a command, whose words its shell would read as they were. */
export function withCommand<Record extends Pick<ContainerRecord, 'properties' | 'config'>>(
  record: Record,
  { args, now }: { readonly args: readonly string[]; readonly now: Date },
): Record {
  const shell = record.config.Shell ?? ['/bin/sh', '-c']
  return withEntry(record, { createdBy: [...shell, ...args.map(shellWord)].join(' '), now })
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

function withEntry<Record extends Pick<ContainerRecord, 'properties'>>(
  record: Record,
  { createdBy: created_by, now }: { readonly createdBy: string; readonly now: Date },
): Record {
  const { properties } = record
  const entry = { created: now.toISOString(), created_by, empty_layer: true }
  const history = [...(properties.history ?? []), entry]
  return { ...record, properties: { ...properties, history } }
}

/** A change as the instruction of a Containerfile that makes it; undefined when there is none. */
export function changeText(change: ConfigChange): string | undefined {
  switch (change.kind) {
    case 'env':
    case 'label':
      return `${change.kind.toUpperCase()} ${change.name}=${change.value}`
    case 'port':
      return `EXPOSE ${change.name}`
    case 'volume':
      return `VOLUME ${change.name}`
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return `${change.kind.toUpperCase()} ${JSON.stringify(change.args)}`
    case 'healthcheck':
      return `HEALTHCHECK ${JSON.stringify(change.check)}`
    case 'onbuild':
    case 'user':
      return `${change.kind.toUpperCase()} ${change.text}`
    case 'workingdir':
      return `WORKDIR ${change.text}`
    case 'stop-signal':
      return `STOPSIGNAL ${change.text}`
    default:
      return undefined
  }
}
