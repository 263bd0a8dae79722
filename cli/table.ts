// SPDX-License-Identifier: Apache-2.0
import { printable } from '../core/lib/errors.ts'
import { displayWidth } from './display-width.ts'

export interface Column<Row> {
  readonly heading: string
  readonly cell: (row: Row) => string
}

interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly heading: boolean
}

/**
 * Rows under headings, columns aligned, two blanks between them, without blanks at line ends.
 *
 * @returns one line a row; none for no rows without heading
 */
export function table<Row>({ columns, rows, heading }: TableOptions<Row>): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => printable(cell(row))))
  const lines = heading ? [columns.map((column) => column.heading), ...cells] : cells
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => displayWidth(line[index] ?? ''))),
  )
  return lines.map((line) =>
    line
      .map((cell, index) => pad(cell, widths[index]))
      .join('  ')
      .trimEnd(),
  )
}

const pad = (text: string, width = 0): string =>
  text + ' '.repeat(Math.max(0, width - displayWidth(text)))
