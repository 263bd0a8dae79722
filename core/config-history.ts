// SPDX-License-Identifier: Apache-2.0
import type { ContainerRecord } from './store/container-record.ts'

/** The record with a step more in the history of its image, one that has no layer of its own. */
export function withHistory<Record extends Pick<ContainerRecord, 'properties'>>(
  record: Record,
  { text, now }: { readonly text: string; readonly now: Date },
): Record {
  const { properties } = record
  const entry = { created: now.toISOString(), created_by: text, empty_layer: true }
  const history = [...(properties.history ?? []), entry]
  return { ...record, properties: { ...properties, history } }
}
