// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { Context } from '../context.ts'
import { type Below, describeLayer, type LayerContent } from './layer.ts'

/** A layer to be digested: the result is the note beside it. */
export interface DigestTask extends Pick<Context, 'paths' | 'rights'> {
  readonly content: LayerContent
  readonly below: Below
}

/** What `workerPath` leads to: a bundle of its own, or this file where there are no bundles. */
const names = ['digest.cjs', '../snapshot/digest-worker.js'] as const

/** @param folder of the module that asks; undefined where the file cannot be found */
export const workerPath = (folder: string): string | undefined =>
  names.map((name) => `${folder}/${name}`).find(existsSync)

parentPort?.on('message', ({ content, below, ...context }: DigestTask) => {
  describeLayer({ ...context, trace: () => {} }, content, below)
  parentPort?.postMessage('digested')
})
