// SPDX-License-Identifier: Apache-2.0
import { TsbuildError } from '../../lib/errors.ts'

/**
 * Compares what a runtime says of a container that it has made with what it wrote before.
 *
 * @param state what its `state` printed
 * @throws TsbuildError RUNTIME_FAILED when the two do not agree: what we would adopt is then not
 *   what it runs
 * @see OCI runtime-spec, runtime.md, "State"
 */
export function checkCreated(state: string, { id, pid }: { id: string; pid: number }): void {
  const found = parse(state)
  if (found?.id === id && found.pid === pid && found.status === 'created') return
  const wanted = `container ${id} as created, with pid ${pid}`
  throw new TsbuildError('RUNTIME_FAILED', 'cannot use the container that the OCI runtime made', {
    cause: `expected ${wanted}, its state is ${JSON.stringify(found ?? state.slice(0, 200))}`,
    hint: 'see each command with TSBUILD_TRACE=exec, or leave out --runtime for our own engine',
  })
}

/** The pid in a pid file. @throws TsbuildError RUNTIME_FAILED if there is none */
export function parsePid(text: string): number {
  const pid = /^\s*(\d{1,9})\s*$/.exec(text)?.[1]
  if (pid !== undefined && Number(pid) > 0) return Number(pid)
  throw new TsbuildError('RUNTIME_FAILED', 'cannot find the process that the OCI runtime made', {
    cause: `its pid file holds ${JSON.stringify(text.slice(0, 40))}`,
    hint: 'leave out --runtime for our own engine',
  })
}

interface State {
  readonly id: unknown
  readonly pid: unknown
  readonly status: unknown
}

function parse(text: string): State | undefined {
  try {
    const { id, pid, status }: Partial<Record<keyof State, unknown>> = JSON.parse(text)
    return { id, pid, status }
  } catch {
    return undefined
  }
}
