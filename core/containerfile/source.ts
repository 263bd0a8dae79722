// SPDX-License-Identifier: Apache-2.0

/** Lines of a Containerfile, counted from 1; both ends are in it. */
export interface SourceRange {
  readonly startLine: number
  readonly endLine: number
}

/** What an excerpt is cut from. */
export interface SourceFile {
  /** What messages call it: the path as the user wrote it. */
  readonly name: string
  /** Without line ends. */
  readonly lines: readonly string[]
}
