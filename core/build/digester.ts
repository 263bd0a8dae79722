// SPDX-License-Identifier: Apache-2.0
import { Worker } from 'node:worker_threads'
import type { Context } from '../context.ts'
import { type DigestTask, workerPath } from '../snapshot/digest-worker.ts'
import type { Below, LayerContent } from '../snapshot/layer.ts'

/** Digests layers on another core, while the steps after them are done. */
export interface Digester {
  /** What fails is left to who needs the digest. */
  add(content: LayerContent, below: Below): void
  /** Waits for all that was added. */
  settle(): Promise<void>
  close(): Promise<void>
}

/** Nothing is started before there is something to digest. */
export function openDigester({ paths, rights, trace }: Context): Digester {
  const tasks: Promise<void>[] = []
  let worker: Worker | undefined
  let isOpen = true
  const start = (path: string): Worker => {
    // Descriptors of openat2(2) are closed by Node, which it would warn of.
    const started = new Worker(path, { trackUnmanagedFds: false })
    started.on('error', (error) => trace('layer', 'digester', { error: String(error) }))
    started.once('exit', () => {
      worker = undefined
    })
    return started
  }
  const digest = async (path: string, task: DigestTask) => {
    const running = worker ?? start(path)
    worker = running
    const answer = answerOf(running)
    running.postMessage(task)
    await answer
  }
  return {
    add(content, below) {
      const path = workerPath(import.meta.dirname)
      if (path === undefined) return
      const before = tasks.at(-1) ?? Promise.resolve()
      const task = { paths, rights, content, below }
      tasks.push(before.then(() => (isOpen ? digest(path, task) : undefined)))
    },
    settle: async () => void (await tasks.at(-1)),
    async close() {
      isOpen = false // what still waits must not start a worker that nobody ends
      await worker?.terminate()
    },
  }
}

/** A message, or the end, which also follows an error. */
function answerOf(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      worker.off('message', done)
      worker.off('exit', done)
      resolve()
    }
    worker.on('message', done)
    worker.on('exit', done)
  })
}
