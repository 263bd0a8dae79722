// SPDX-License-Identifier: Apache-2.0
import type { Kind } from '../../harness/facts.ts'

/** One option, given to buildah and to us in the same words. */
export interface OptionRow {
  readonly name: string
  /** Options of `config`, for the container. */
  readonly config?: readonly string[]
  /** Options of `from` and `run`; `{host}` stands for a folder with `files`. */
  readonly from?: readonly string[]
  readonly run?: readonly string[]
  /**
   * Paths in `{host}`, and what is in them, where `{host}` stands for it as well: they are 0644, or
   * a directory when they end in `/`.
   */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  /** For `sh -c` in the container. */
  readonly script: string
  /** What of its output must be the same; all when absent. */
  readonly compare?: (output: string) => unknown
  /** Both must refuse it, before anything runs. */
  readonly refused?: true
  /** They differ on purpose: what each prints, and why. */
  readonly differs?: { readonly why: string; readonly ours: RegExp; readonly theirs: RegExp }
  /** `root` and `subid` when absent. */
  readonly kinds?: readonly Kind[]
  /** Whether `--network none` is left out, which makes the other rows quick. */
  readonly ownNetwork?: true
}
