// SPDX-License-Identifier: Apache-2.0
import type { InstructionLine } from './instruction-line.ts'
import type {
  Command,
  CommandInstruction,
  ListInstruction,
  RunInstruction,
  RunNetwork,
} from './instructions.ts'
import { parseRunMount } from './run-mount.ts'
import { jsonStrings, unquote } from './words.ts'

const networks: readonly RunNetwork[] = ['default', 'none', 'host']

export function parseRun(line: InstructionLine): RunInstruction {
  const command = readCommand(line)
  if (command.form === 'json' && command.args.length === 0) throw line.fail('RUN has no command')
  const written = line.flags.text('network') ?? 'default'
  const network = networks.find((known) => known === written)
  if (network === undefined) {
    throw line.fail(`unknown network "${written}"`, `it is one of ${networks.join(', ')}`)
  }
  const mounts = line.flags.list('mount').map((text) => parseRunMount(unquote(text), line.fail))
  return { kind: 'run', command, network, mounts, heredocs: line.heredocs, ...line.located }
}

export const parseCommand =
  (kind: 'cmd' | 'entrypoint') =>
  (line: InstructionLine): CommandInstruction => ({
    kind,
    command: readCommand(line),
    ...line.located,
  })

export function parseShell(line: InstructionLine): ListInstruction {
  const values = jsonStrings(line.rest)
  if (values === undefined || values === 'mixed' || values.length === 0) {
    throw line.fail('SHELL is no JSON array of strings', 'write it like ["/bin/sh", "-c"]')
  }
  return { kind: 'shell', values, ...line.located }
}

/** A text that only looks like an array, `[ -e /x ]`, is a command for the shell. */
export function readCommand({ rest, fail }: Pick<InstructionLine, 'rest' | 'fail'>): Command {
  const args = jsonStrings(rest)
  if (args === 'mixed') {
    throw fail('the JSON array holds something that is no string', 'put every item into quotes')
  }
  return args === undefined ? { form: 'shell', text: rest } : { form: 'json', args }
}
