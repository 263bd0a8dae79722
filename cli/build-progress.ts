// SPDX-License-Identifier: Apache-2.0
import type { BuildEvent, OnBuildEvent, StepPlace } from '../core/build/events.ts'
import { printable } from '../core/lib/errors.ts'
import type { Io } from './io.ts'
import { prefixedLines } from './prefixed-lines.ts'

/** Progress as lines, in the words of buildah, and how long each step took. */
export const plainProgress =
  (io: Io): OnBuildEvent =>
  (event) => {
    if (event.kind === 'step-output') io.pass(event.stream, event.chunk)
    for (const line of linesOf(event)) io.print(printable(line))
  }

/** The same where several stages are built at once: each line says which stage it is of. */
export function mixedProgress(io: Io): OnBuildEvent {
  const streams = {
    stdout: prefixedLines((bytes) => io.pass('stdout', bytes)),
    stderr: prefixedLines((bytes) => io.pass('stderr', bytes)),
  }
  return (event) => {
    if (event.kind === 'step-output') streams[event.stream].add(stageOf(event.place), event.chunk)
    if (event.kind === 'step-ended') {
      const stage = stageOf(event.place)
      for (const stream of [streams.stdout, streams.stderr]) stream.end(stage)
      for (const line of linesOf(event)) io.print(printable(`${stage}${line}`))
    } else for (const line of linesOf(event)) io.print(printable(line))
  }
}

/** Nothing but the id, and what programs say on stderr. */
export const quietProgress =
  (io: Io): OnBuildEvent =>
  (event) => {
    if (event.kind === 'step-output' && event.stream === 'stderr') io.pass('stderr', event.chunk)
    if (event.kind === 'built') io.print(event.id)
  }

function linesOf(event: BuildEvent): string[] {
  switch (event.kind) {
    case 'step-output':
      return []
    case 'step-started':
      return [`${stageOf(event.place)}STEP ${stepOf(event.place)}: ${event.place.text}`]
    case 'step-ended':
      return endings[event.how](event.ms)
    case 'committing':
      return [event.name === undefined ? 'COMMIT' : `COMMIT ${event.name}`]
    case 'built':
      return [...event.names.map((name) => `Successfully tagged ${name}`), event.id]
  }
}

/** A failure has its own words. */
const endings = {
  done: (ms: number) => [`--> ${seconds(ms)}`],
  cached: () => ['--> Using cache'],
  failed: () => [],
} as const

const stageOf = ({ stageNumber, stageCount }: StepPlace): string =>
  stageCount === 1 ? '' : `[${stageNumber}/${stageCount}] `

const stepOf = ({ number, count }: StepPlace): string => `${number}/${count}`

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`
