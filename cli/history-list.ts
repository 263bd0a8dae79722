// SPDX-License-Identifier: Apache-2.0
import type { HistoryStep } from '../core/history.ts'
import { ago, humanSize, shortId } from './human.ts'
import { json } from './json.ts'
import { table } from './table.ts'

export interface HistoryListOptions {
  readonly json: boolean
  readonly quiet: boolean
  readonly noheading: boolean
  readonly noTrunc: boolean
  readonly now: Date
}

/** The lines `history` prints. The fields of the JSON have the names podman gives them. */
export function historyList(steps: readonly HistoryStep[], options: HistoryListOptions): string[] {
  if (options.json) return [json(steps.map(record))]
  const id = (step: HistoryStep) => {
    if (step.id === undefined) return MISSING
    return options.noTrunc ? step.id : shortId(step.id)
  }
  if (options.quiet) return steps.map(id)
  const cut = options.noTrunc ? (text: string) => text : shortened
  return table({
    columns: [
      { heading: 'ID', cell: id },
      {
        heading: 'CREATED',
        cell: ({ created }) => (created === undefined ? '' : ago(new Date(created), options.now)),
      },
      { heading: 'CREATED BY', cell: ({ createdBy }) => cut(oneLine(createdBy)) },
      { heading: 'SIZE', cell: ({ sizeBytes }) => humanSize(sizeBytes) },
      { heading: 'COMMENT', cell: ({ comment }) => oneLine(comment) },
    ],
    rows: steps,
    heading: !options.noheading,
  })
}

/** Nobody notes which image a step before the last one was. */
const MISSING = '<missing>'

const MAX_SHOWN = 45

const shortened = (text: string): string =>
  text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN - 1)}…`

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')

const record = ({ id, created, createdBy, comment, sizeBytes, names }: HistoryStep) => ({
  id: id ?? MISSING,
  created,
  CreatedBy: createdBy,
  size: sizeBytes,
  comment,
  tags: names,
})
