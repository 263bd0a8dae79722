// SPDX-License-Identifier: Apache-2.0

export interface MountLine {
  readonly point: string
  readonly type: string
  /** Of the mount, not of the file system. */
  readonly options: string
}

/** @param text of /proc/PID/mountinfo; proc(5): the type stands behind a lone dash */
export const mountsIn = (text: string): MountLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [before = '', after = ''] = line.split(' - ')
      const [, , , , point = '', options = ''] = before.split(' ')
      return { point, type: after.split(' ')[0] ?? '', options }
    })
