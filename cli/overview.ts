// SPDX-License-Identifier: Apache-2.0

import { version } from '../core/version.ts'
import type { Command } from './command.ts'

/** The page for somebody who typed `tsbuild` and nothing else. */
export function overview(commands: readonly Command[]): string {
  const shown = commands.filter(({ hidden }) => hidden !== true)
  const groups = [...new Set(shown.map(({ group }) => group))]
  return [
    `tsbuild ${version} builds and runs OCI containers without root and without a daemon`,
    '',
    'Usage: tsbuild [--root DIR] [--runroot DIR] COMMAND ...',
    ...groups.flatMap((group) => ['', `${group}:`, ...summaries(shown, group)]),
    '',
    'Examples:',
    ...examples.map((line) => `  ${line}`),
    '',
    '"tsbuild COMMAND --help" tells more about a command.',
  ].join('\n')
}

const examples = [
  '$ ctr=$(tsbuild from scratch)',
  '$ tsbuild add $ctr rootfs.tar.gz /',
  '$ tsbuild run $ctr sh -c "echo hello >/greeting"',
  '$ tsbuild config --cmd "cat /greeting" $ctr',
  '$ tsbuild commit --rm $ctr localhost/greeter',
]

function summaries(commands: readonly Command[], group: Command['group']): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return commands
    .filter((command) => command.group === group)
    .map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
}
