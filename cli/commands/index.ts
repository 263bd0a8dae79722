// SPDX-License-Identifier: Apache-2.0
import type { Command } from '../command.ts'
import { unknownCommand } from '../usage.ts'
import { addCommand } from './add.ts'
import { buildCommand } from './build.ts'
import { commitCommand } from './commit.ts'
import { completeCommand } from './complete.ts'
import { completionCommand } from './completion.ts'
import { configCommand } from './config.ts'
import { containersCommand } from './containers.ts'
import { copyCommand } from './copy.ts'
import { fromCommand } from './from.ts'
import { helpCommand } from './help.ts'
import { historyCommand } from './history.ts'
import { imagesCommand } from './images.ts'
import { infoCommand } from './info.ts'
import { inspectCommand } from './inspect.ts'
import { pullCommand } from './pull.ts'
import { pushCommand } from './push.ts'
import { rmCommand } from './rm.ts'
import { rmiCommand } from './rmi.ts'
import { runCommand } from './run.ts'
import { tagCommand } from './tag.ts'
import { unshareCommand } from './unshare.ts'
import { versionCommand } from './version.ts'

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  buildCommand,
  fromCommand,
  copyCommand,
  addCommand,
  configCommand,
  runCommand,
  commitCommand,
  containersCommand,
  rmCommand,
  imagesCommand,
  rmiCommand,
  pullCommand,
  pushCommand,
  tagCommand,
  inspectCommand,
  historyCommand,
  unshareCommand,
  infoCommand,
  versionCommand,
  completionCommand,
  helpCommand,
  completeCommand,
]

/**
 * @param verb a name or an alias
 * @throws TsbuildError USAGE when there is no such command
 */
export function findCommand(verb: string): Command {
  const found = commands.find((command) => namesOf(command).includes(verb))
  if (found !== undefined) return found
  const shown = commands.filter(({ hidden }) => hidden !== true)
  throw unknownCommand(verb, shown.flatMap(namesOf))
}

/** The name of a command and its aliases. */
export const namesOf = ({ name, aliases = [] }: Command): string[] => [name, ...aliases]
