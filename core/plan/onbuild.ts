// SPDX-License-Identifier: Apache-2.0
import type { ExecutionConfig } from '../../images/model.ts'
import type { Containerfile, Instruction, StageInstruction } from '../containerfile/instructions.ts'
import { parseContainerfile } from '../containerfile/parse.ts'
import { sourceError } from '../containerfile/source.ts'
import type { Stage } from './types.ts'

/** An image says how many; this is our bound. */
const triggersMax = 1000

/**
 * The instructions that a base left for those built from it, and its config without them. They
 * stand at the line of FROM.
 *
 * @throws TsbuildError CONTAINERFILE_INVALID for what is no instruction, or none that may be there
 */
export function takeTriggers(
  file: Containerfile,
  stage: Stage,
  base: ExecutionConfig,
): { triggers: readonly StageInstruction[]; config: ExecutionConfig } {
  const { OnBuild = [], ...config } = base
  const { image, range } = stage.from
  const name = `ONBUILD of ${image}`
  const found = OnBuild.slice(0, triggersMax).flatMap(
    (text) => parseContainerfile({ name, text }).instructions,
  )
  const triggers = found.filter(mayBeTrigger).map((trigger) => ({ ...trigger, range }))
  if (triggers.length < found.length || OnBuild.length > triggersMax) {
    throw sourceError(file, range, `${image} has ONBUILD triggers which no image may have`, {
      hint: 'FROM, ONBUILD and MAINTAINER are none, and 1000 are enough',
    })
  }
  return { triggers, config }
}

const mayBeTrigger = (instruction: Instruction): instruction is StageInstruction =>
  !['from', 'onbuild', 'maintainer'].includes(instruction.kind)
