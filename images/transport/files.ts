// SPDX-License-Identifier: Apache-2.0

/** The files of an image's layout, in a directory or in an archive. Paths are byte strings. */
export interface ImageFiles {
  /** For messages: `oci:/srv/layout`. */
  readonly place: string
  /** Undefined when there is no such file. */
  sizeOf(path: string): number | undefined
  /**
   * The first bytes of a file, at most `maxBytes`: one more says that it is longer.
   *
   * @throws TsbuildError BLOB_CORRUPT when it is not there, TRANSPORT_INVALID for what is no file
   */
  read(path: string, maxBytes: number): Buffer
  /** All of a file in chunks of at most 1 MiB, each a buffer of its own; otherwise as `read`. */
  stream(path: string): Generator<Buffer>
  close(): void
}
