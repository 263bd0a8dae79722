// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { parseTransport, type Transport } from '../../../../images/transport/reference.ts'
import { withSource } from '../../../../images/transport/source.ts'
import { type Files, writeFiles } from './sample-image.ts'

/** A place that must be refused. */
export interface HostilePlace {
  readonly name: string
  readonly transport: Transport
  /** Makes it. */
  readonly make: (path: string) => void
  readonly code: string
  /** Of the error, or of what caused it. */
  readonly message: RegExp
}

export const layout = (files: Files) => (path: string) => void writeFiles(path, files)

export const archive = (bytes: Buffer) => (path: string) => writeFileSync(path, bytes)

export function itRefuses(rows: readonly HostilePlace[]): void {
  for (const { name, transport, make, code, message } of rows) {
    it(`${transport}: ${name}`, async () => {
      const scratch = mkdtempSync(join(tmpdir(), 'tsbuild-hostile-'))
      try {
        make(join(scratch, 'place'))
        const reference = parseTransport(`${transport}:${join(scratch, 'place')}`)
        const reading = withSource(reference, { scratch }, async () => {})
        await assert.rejects(reading, (error: Error & { code: string; hint: string }) => {
          assert.equal(error.code, code)
          const cause = error.cause instanceof Error ? `\n${error.cause.message}` : ''
          assert.match(`${error.message}${cause}`, message)
          assert.match(error.hint, /./)
          return true
        })
      } finally {
        rmSync(scratch, { recursive: true })
      }
    })
  }
}
