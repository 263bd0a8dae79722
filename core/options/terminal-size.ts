// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../lib/errors.ts'

/** In characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/**
 * A `--terminal-size` option: COLUMNSxROWS.
 *
 * @throws TsbuildError USAGE
 */
export function parseTerminalSize(text: string): TerminalSize {
  const [, width, height] = /^([0-9]{1,5})x([0-9]{1,5})$/i.exec(text) ?? []
  const size = { width: Number(width), height: Number(height) }
  if (isSide(size.width) && isSide(size.height)) return size
  throw new TsbuildError('USAGE', `option "--terminal-size" cannot be ${JSON.stringify(text)}`, {
    hint: 'give columns and rows, like 80x24',
  })
}

/** What struct winsize holds; ioctl_tty(2). */
const isSide = (count: number) => count >= 1 && count <= 65_535
