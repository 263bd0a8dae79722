// SPDX-License-Identifier: Apache-2.0
import { planStage } from '../plan/plan-stage.ts'
import type { BuildPlan, Stage, Step } from '../plan/types.ts'
import { cachedSteps } from './cached-step.ts'
import { withChange } from './change.ts'
import type { StepPlace } from './events.ts'
import type { StageFiles } from './files.ts'
import { oneLayer } from './one-layer.ts'
import { inOneSnapshot, type StageSession, type StepOutcome } from './perform-step.ts'
import type { BuildSession, StageHistory, StageResult, StageResults } from './session.ts'
import { stageStart } from './stage-start.ts'
import { executeCopy } from './step-copy.ts'
import { atStep } from './step-failure.ts'
import { executeRun } from './step-run.ts'
import { executeWorkdir } from './step-workdir.ts'

/** What a stage needs beside its session: the stages it is built on are done. */
export interface StageWork {
  readonly stage: Stage
  readonly results: StageResults
}

/**
 * Builds a stage, step by step.
 *
 * @throws TsbuildError with an excerpt of the Containerfile
 */
export async function buildStage(
  session: BuildSession,
  { stage, results }: StageWork,
): Promise<StageResult> {
  const count = stage.instructions.length + 1 // what ONBUILD of the base adds is not known yet
  const place = placeOf(session, stage, { number: 1, count, text: stage.from.text })
  const from = { place, instruction: stage.from }
  const start = await withStep(session, from, () => stageStart(session, stage, results))
  const { steps, end } = planStage(session.plan, stage, start.state)
  if (steps.length === 0) return { ...start, state: end }
  const work = { stage, results, steps, files: start.files }
  const made = await (session.request.layers && session.driver === 'overlay'
    ? layersOf(session, work, start)
    : layerOf(session, work, start))
  return { ...start, ...made, state: end, isBase: false }
}

interface Work extends StageWork {
  readonly steps: readonly Step[]
  /** What the first step finds. */
  readonly files: StageFiles
}

/** Each step that changes files makes a layer. */
async function layersOf(session: BuildSession, work: Work, start: StageResult) {
  const { plan, digester } = session
  const isPart = isPartOfTarget(plan, work.stage)
  const perform = cachedSteps(session, isPart ? digester : undefined)
  const { files, history } = await runSteps({ ...session, perform }, work)
  return { files, history: [...start.history, ...history] }
}

/** Whether the image is made of a stage's layers, and not only of files copied from it. */
function isPartOfTarget({ stages, target }: BuildPlan, { index }: Stage): boolean {
  for (let at = target; ; ) {
    if (at === index) return true
    const base = stages[at]?.base
    if (base?.kind !== 'stage') return false
    at = base.index
  }
}

/** All steps work on the same files, so that names of one file stay that. */
const layerOf = (session: BuildSession, work: Work, start: StageResult) =>
  withChange(session.context, start.files, async (change) => {
    const perform = inOneSnapshot(session, change)
    const { history } = await runSteps({ ...session, perform }, work)
    change.keep()
    return oneLayer(start, history, change.key)
  })

async function runSteps(session: StageSession, { stage, results, steps, ...begin }: Work) {
  const history: StageHistory[] = []
  let { files } = begin
  for (const [index, step] of steps.entries()) {
    session.signal.throwIfAborted()
    const { instruction } = step
    const position = { number: index + 2, count: steps.length + 1, text: instruction.text }
    const place = placeOf(session, stage, position)
    const work = () => execute(session, { files, step, place, results })
    const outcome = await withStep(session, { place, instruction }, work, isCached)
    files = outcome.files
    history.push(historyOf(step, outcome))
  }
  return { files, history }
}

interface Execution {
  readonly files: StageFiles
  readonly step: Step
  readonly place: StepPlace
  readonly results: StageResults
}

/** A step that only says something about the image. */
const noFiles = (files: StageFiles) => ({ files, hasLayer: false, how: 'config' as const })
type Outcome = StepOutcome | ReturnType<typeof noFiles>

async function execute(session: StageSession, execution: Execution): Promise<Outcome> {
  const { files, step, place, results } = execution
  switch (step.kind) {
    case 'run':
      return executeRun(session, files, step, outputOf(session, place))
    case 'copy':
      return executeCopy(session, { files, step, results })
    case 'workdir':
      return executeWorkdir(session, files, step)
    case 'config':
      return noFiles(files)
  }
}

const outputOf = (session: BuildSession, place: StepPlace) => ({
  stdout: (chunk: Buffer) => session.emit({ kind: 'step-output', place, stream: 'stdout', chunk }),
  stderr: (chunk: Buffer) => session.emit({ kind: 'step-output', place, stream: 'stderr', chunk }),
})

const isCached = ({ how }: Outcome): boolean => how === 'cached'

function historyOf(step: Step, outcome: Outcome): StageHistory {
  return {
    created_by: step.createdBy,
    ...(step.author === undefined ? {} : { author: step.author }),
    ...(outcome.hasLayer ? {} : { empty_layer: true }),
    ...(outcome.how === 'config' ? {} : { created: outcome.created }),
  }
}

type Position = Pick<StepPlace, 'number' | 'count' | 'text'>

const placeOf = ({ plan }: BuildSession, stage: Stage, position: Position): StepPlace => ({
  stage: stage.index,
  stageNumber: plan.needed.indexOf(stage.index) + 1,
  stageCount: plan.needed.length,
  ...position,
})

interface Shown {
  readonly place: StepPlace
  readonly instruction: Step['instruction'] | Stage['from']
}

/** Tells when a step starts and ends, and where in the file it stands if it fails. */
async function withStep<Result>(
  session: BuildSession,
  { place, instruction }: Shown,
  action: () => Promise<Result>,
  isCached: (result: Result) => boolean = () => false,
): Promise<Result> {
  const start = performance.now()
  session.emit({ kind: 'step-started', place })
  try {
    const result = await action()
    const how = isCached(result) ? 'cached' : 'done'
    session.emit({ kind: 'step-ended', place, how, ms: performance.now() - start })
    return result
  } catch (error) {
    session.emit({ kind: 'step-ended', place, how: 'failed', ms: performance.now() - start })
    throw atStep(session.plan.file, instruction.range, error)
  }
}
