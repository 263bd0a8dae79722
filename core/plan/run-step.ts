// SPDX-License-Identifier: Apache-2.0
import type { Command, RunInstruction } from '../containerfile/instructions.ts'
import { createdByRun } from './created-by.ts'
import { absolutePath } from './paths.ts'
import { givenProxies } from './predefined.ts'
import { failAt, type State, type Surroundings } from './state.ts'
import type { RunStep } from './types.ts'

const defaultShell = ['/bin/sh', '-c']

/** Nothing is expanded here: variables of RUN are the shell's. */
export function runStep(instruction: RunInstruction, state: State, around: Surroundings): RunStep {
  if (instruction.mounts.length > 0) {
    throw failAt(around, instruction)(
      'RUN --mount is not supported yet',
      'COPY the files before, and remove them in the same RUN',
    )
  }
  const { config, author, env, args } = state
  const command = withHeredocs(instruction, around)
  const scoped = [...args].flatMap(([name, value]) =>
    value === undefined || env.has(name) ? [] : [`${name}=${value}`],
  )
  const hidden = givenProxies(around.request).filter(([name]) => !env.has(name) && !args.has(name))
  return {
    kind: 'run',
    instruction,
    createdBy: createdByRun(command, state),
    config,
    author,
    args: command.form === 'json' ? command.args : [...shellOf(state), command.text],
    env: [...[...env].map(([name, value]) => `${name}=${value}`), ...scoped],
    hiddenEnv: hidden.map(([name, value]) => `${name}=${value}`),
    user: config.User ?? '',
    workingDir: absolutePath(config.WorkingDir, ''),
    network: instruction.network,
  }
}

const shellOf = ({ config: { Shell } }: State): readonly string[] =>
  Shell === undefined || Shell.length === 0 ? defaultShell : Shell

/** A heredoc alone is the script; beside a command the shell reads it. */
function withHeredocs(instruction: RunInstruction, around: Surroundings): Command {
  const { command, heredocs } = instruction
  const [first] = heredocs
  if (first === undefined || command.form === 'json') return command
  if (heredocs.length > 1 || !/^<<-?\S+$/.test(command.text)) {
    const documents = heredocs.map(({ name, content }) => `${content}${name}\n`)
    return { form: 'shell', text: `${command.text}\n${documents.join('')}` }
  }
  if (first.content.startsWith('#!')) {
    throw failAt(around, instruction)(
      'a heredoc that begins with #! is not supported yet',
      'name the interpreter before it, like RUN python3 <<EOF',
    )
  }
  return { form: 'shell', text: first.content }
}
