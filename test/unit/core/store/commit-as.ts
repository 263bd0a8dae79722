// SPDX-License-Identifier: Apache-2.0
import { type CommitRequest, commit } from '../../../../core/commit.ts'
import type { Context } from '../../../../core/context.ts'

/** Makes an image of a container, as `tsbuild commit` without options does. */
export const commitAs = (
  context: Context,
  {
    container,
    image,
    ...more
  }: Pick<CommitRequest, 'container' | 'image'> & Partial<CommitRequest>,
): Promise<{ id: string }> =>
  commit(context, {
    container,
    image,
    format: 'oci',
    squash: false,
    timestamp: undefined,
    iidfile: undefined,
    ...more,
  })
