// SPDX-License-Identifier: Apache-2.0
import { sourceError } from '../containerfile/source.ts'
import { stepInputs, stepOptions } from '../plan/step-key.ts'
import type { RunStep } from '../plan/types.ts'
import { runStep as runProgram, type StepOutput } from '../runtime/run-step.ts'
import { dropMountPoints } from '../snapshot/mount-points.ts'
import { rootfsOf } from '../snapshot/rootfs.ts'
import type { Change } from './change.ts'
import type { StageFiles } from './files.ts'
import type { StageSession, StepOutcome } from './perform-step.ts'
import type { BuildSession } from './session.ts'
import { makeIn } from './step-workdir.ts'

/**
 * Runs the command of a RUN instruction. It always makes a layer, if perhaps an empty one.
 *
 * @throws TsbuildError STEP_FAILED with the exit code of the command
 */
export function executeRun(
  session: StageSession,
  files: StageFiles,
  step: RunStep,
  output: StepOutput,
): Promise<StepOutcome> {
  const { stdin } = session.request
  // What it reads there nobody knows, so what it makes is not to be found again.
  const extra = stdin === 'null' ? {} : { stdin }
  const inputs = { ...stepInputs(step, { ...session.runOptions, content: [] }), ...extra }
  return session.perform(files, inputs, async (change) => {
    // A program finds its volumes, as it does where something is mounted there.
    const paths = Object.keys(step.config.Volumes ?? {}).sort()
    if (paths.length > 0) await makeIn(session, change, { paths, owner: '' })
    await runIn(session, step, { change, output })
    await dropMountPoints(session.context, change.mounted, 'all')
    return stdin === 'null' ? 'changed' : 'changed once'
  })
}

interface Run {
  readonly change: Change
  readonly output: StepOutput
}

async function runIn(session: BuildSession, step: RunStep, run: Run): Promise<void> {
  const { context, signal, plan } = session
  const subject = {
    id: context.randomId(),
    name: 'build',
    image: null,
    config: step.config,
    rootfs: rootfsOf(context, run.change.mounted),
  }
  const request = {
    subject,
    args: step.args,
    env: [...step.env, ...step.hiddenEnv],
    user: step.user,
    workingdir: step.workingDir,
    hostname: undefined,
    options: stepOptions(step, session.runOptions.options),
    defaults: session.runOptions.defaults,
    stdin: session.request.stdin,
  }
  const { status } = await runProgram(context, request, run.output, signal)
  if (status === 0) return
  throw sourceError(plan.file, step.instruction.range, `the command ${ending(status)}`, {
    code: 'STEP_FAILED',
    exitCode: status,
    hint: 'what it printed says why; --quiet leaves out what goes to standard output',
  })
}

/** The highest number of a signal; signal(7). More is the program's own exit code. */
const SIGNAL_MAX = 64

const ending = (status: number): string =>
  status > 128 && status <= 128 + SIGNAL_MAX
    ? `was ended by signal ${status - 128}`
    : `ended with exit code ${status}`
