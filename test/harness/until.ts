// SPDX-License-Identifier: Apache-2.0
import { setTimeout as pause } from 'node:timers/promises'

/**
 * Waits until `probe` gives something else than `undefined` or `false`, looking every 5 ms.
 *
 * @param what ends the sentence "waited N ms until …"
 * @param deadlineMs 10,000 if not given
 * @returns what the probe gave
 * @throws Error when the deadline has passed
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 10_000,
): Promise<T> {
  const end = performance.now() + deadlineMs
  for (;;) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms until ${what}`)
    await pause(5)
  }
}
