// SPDX-License-Identifier: Apache-2.0

/** One line of TSBUILD_TRACE. */
export interface Traced {
  readonly area: string
  readonly event: string
}

/** The trace's lines among what was printed on stderr, without an unfinished last one. */
export const tracedIn = (stderr: string): Traced[] =>
  completeLines(stderr)
    .filter((line) => line.startsWith('{'))
    .map((line): Traced => JSON.parse(line))

/** What a person would read on stderr: all but the trace. */
export const wordsIn = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n')

const completeLines = (text: string): string[] => text.split('\n').slice(0, -1)
