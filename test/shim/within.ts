// SPDX-License-Identifier: Apache-2.0

const deadlineMs = 10_000

/**
 * The same promise, with a deadline: what never comes fails with a name instead of hanging.
 *
 * @param what ends the sentence "waited N ms for …"
 */
export async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`waited ${deadlineMs} ms for ${what}`)
    timer = setTimeout(() => reject(error), deadlineMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
